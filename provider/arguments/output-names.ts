import type { LixImageOutputs } from "../../sdk/outputs.ts";

/** What to do about a program that gives an output as if it were an argument. */
const INSTEAD: Readonly<Record<keyof LixImageOutputs, string>> = {
  ref: "set registry and name, or repository",
  digest: "it follows from the arguments and the lock",
  taggedRefs: "set tag and extraTags",
  mirrorRefs: "set mirrors",
  revision: "set lixRevision",
  version: "the lock decides which Lix is in the image",
  labels: "set lixRevision for the label org.opencontainers.image.revision; the others are fixed",
  packages: "set extraPkgs; the lock decides the versions",
  platforms: "set systems",
  size: "it follows from the arguments and the lock",
  planKey: "it follows from the arguments and the lock",
  layers: "set maxLayers",
  referrers: "they follow from the arguments and the lock",
  drift: "a refresh finds it",
};

export const OutputNames: ReadonlyMap<string, string> = new Map(Object.entries(INSTEAD));
