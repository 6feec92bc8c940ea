import { requireNode } from "./node-version.ts";

requireNode();

export { LixImage } from "./lix-image.ts";
export { mockLixImage } from "./mock-lix-image.ts";
export type {
  Archive,
  Compression,
  DeepInput,
  LixImageArgs,
  LixImageInputs,
  NixConfScalar,
} from "./args.ts";
export type { LayerOutput, LixImageOutputs, PlatformOutput } from "./outputs.ts";
