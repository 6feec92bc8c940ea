import { requireNode } from "./node-version.ts";

requireNode();

export { LixImage } from "./lix-image.ts";
export { mockLixImage } from "./mock-lix-image.ts";
// All types of the arguments; there is nothing else in it.
export * from "./args.ts";
export type { LayerOutput, LixImageOutputs, PlatformOutput } from "./outputs.ts";
