import { defineCommand } from "../command.ts";
import { JSON_OPTION } from "./shared-options.ts";

export const plan = defineCommand({
  name: "plan",
  summary: "show what would be built, and what the local cache already has",
  usage: ["ARGS.json [--json]"],
  about: [
    "Shows what would be built, and which of it the local cache already has. A package is downloaded, and its layer built, only when nothing on this machine says which files the package holds. When the sizes of all layers are known, the plan also fails at maxImageSize and maxLayerSize. It ignores maxGrowth, because it asks no registry.",
  ],
  operands: { required: ["ARGS.json"] },
  options: { json: JSON_OPTION },
  run: async ({ operands: [file = ""], values }) => {
    const { showPlan } = await import("../show-plan.ts");
    return showPlan(file, { json: values.json });
  },
});
