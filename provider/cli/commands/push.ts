import { defineCommand } from "../command.ts";
import { JSON_OPTION } from "./shared-options.ts";

export const push = defineCommand({
  name: "push",
  summary: "build, and push what the registry does not have yet",
  usage: ["ARGS.json [--json]"],
  about: [
    "Builds the image and pushes what the registry does not have yet. The tags are written last. With maxGrowth the image is first compared with the one that has the first of the tags that the registry knows.",
  ],
  operands: { required: ["ARGS.json"] },
  options: { json: JSON_OPTION },
  run: async ({ operands: [file = ""], values }) => {
    const { pushImage } = await import("../push-image.ts");
    return pushImage(file, { json: values.json });
  },
});
