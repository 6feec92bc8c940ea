import { defineCommand } from "../command.ts";
import { JSON_OPTION } from "./shared-options.ts";

export const load = defineCommand({
  name: "load",
  summary: "build, and load into the Docker daemon or into podman's storage",
  usage: ["ARGS.json [--daemon | --podman] [--json]"],
  about: [
    "Builds the image and loads it into the Docker daemon of DOCKER_HOST or of the current context, or into podman's storage. When ARGS.json names several systems, the image for the daemon's system is loaded, or with --podman the image for this machine's.",
  ],
  operands: { required: ["ARGS.json"] },
  options: {
    daemon: {
      type: "boolean",
      default: false,
      doc: "Loads into the Docker daemon, which is the default.",
    },
    podman: { type: "boolean", default: false, doc: "Loads into podman's storage." },
    json: JSON_OPTION,
  },
  run: async ({ operands: [file = ""], values: { daemon, podman, json }, usageError }) => {
    if (daemon && podman) throw usageError("--daemon and --podman exclude each other");
    const { loadImage } = await import("../load-image.ts");
    return loadImage(file, { podman, json });
  },
});
