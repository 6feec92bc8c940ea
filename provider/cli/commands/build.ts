import { defineCommand } from "../command.ts";
import { JSON_OPTION } from "./shared-options.ts";

export const build = defineCommand({
  name: "build",
  summary: "build into an OCI image layout, a docker archive, or both",
  usage: ["ARGS.json [--oci DIR|FILE.tar] [--docker-archive FILE] [--json]"],
  about: [
    "Builds the image into an OCI image layout, a docker archive, or both. No registry is contacted.",
  ],
  operands: { required: ["ARGS.json"] },
  options: {
    oci: {
      type: "string",
      value: "DIR|FILE.tar",
      isPath: true,
      doc: "Writes an OCI image layout: a folder, or a tar of one.",
    },
    "docker-archive": {
      type: "string",
      value: "FILE",
      isPath: true,
      doc: "Writes a file for `docker load`: .tar or .tar.gz.",
    },
    json: JSON_OPTION,
  },
  run: async ({ operands: [file = ""], values, usageError }) => {
    const { buildArchives } = await import("../build-archives.ts");
    return buildArchives(file, {
      oci: values.oci,
      dockerArchive: values["docker-archive"],
      json: values.json,
      usageError,
    });
  },
});
