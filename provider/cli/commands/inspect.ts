import { defineCommand } from "../command.ts";
import { ARCHIVE_OPTIONS, JSON_OPTION, REF_IN_ARCHIVE } from "./shared-options.ts";

export const inspect = defineCommand({
  name: "inspect",
  summary: "show what an image is made of",
  usage: ["REF | --oci DIR|FILE.tar | --docker-archive FILE [--paths] [--json]"],
  about: [
    `Shows what an image in a registry, an OCI image layout or a docker archive is made of. ${REF_IN_ARCHIVE}`,
  ],
  operands: { optional: ["REF"] },
  options: {
    ...ARCHIVE_OPTIONS,
    paths: {
      type: "boolean",
      default: false,
      doc: "Lists the store paths in each layer too. For this every layer is downloaded and read.",
    },
    json: JSON_OPTION,
  },
  run: async ({ operands: [reference], values, usageError }) => {
    const { inspectImage } = await import("../inspect-image.ts");
    return inspectImage({
      place: { reference, oci: values.oci, dockerArchive: values["docker-archive"], usageError },
      paths: values.paths,
      json: values.json,
    });
  },
});
