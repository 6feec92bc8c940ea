/** What goes wrong between the arguments and the pushed image. @module */
import { formatBytes } from "../base/format-bytes.ts";
import { entry } from "./entry.ts";

/** In bytes. */
export interface TooLarge {
  readonly size: number;
  readonly limit: number;
}

export const APP_ERRORS = {
  IMAGE_GREW: entry({
    meaning:
      "An update makes the image larger by more than `maxGrowth`; the message lists what grew and shrank, by package.",
    message: (p: { platform: string; before: number; changes: readonly string[] } & TooLarge) => [
      `maxGrowth: ${p.platform} grows by ${formatBytes(p.size - p.before)}, to ${formatBytes(p.size)}; ` +
        `expected at most ${formatBytes(p.limit)}. The largest changes:`,
      ...p.changes,
    ],
    hint: "raise maxGrowth if the growth is wanted; `lix-image report --against` compares store path by store path",
  }),
  IMAGE_TOO_LARGE: entry({
    meaning:
      "An image has more compressed bytes than `maxImageSize`; the message lists its largest layers.",
    message: (p: { platform: string; largest: readonly string[] } & TooLarge) => [
      `maxImageSize: ${p.platform} has ${formatBytes(p.size)} to pull; expected at most ${formatBytes(p.limit)}. ` +
        "Its largest layers:",
      ...p.largest,
    ],
    hint: "take out packages, or raise maxImageSize; `lix-image report` shows why each store path is there",
  }),
  LABELS_DIFFER: entry({
    meaning: "The systems of one image disagree on a label, usually the Lix version.",
    message: (p: { label: string; one: SystemLabel; other: SystemLabel }) =>
      `systems: label ${p.label} is ${JSON.stringify(p.one.value)} on ${p.one.system} and ` +
      `${JSON.stringify(p.other.value)} on ${p.other.system}`,
    hint: "lock the same version of nix for every system",
  }),
  LAYER_TOO_LARGE: entry({
    meaning: "A layer has more compressed bytes than `maxLayerSize`.",
    message: (p: { platform: string; layer: string } & TooLarge) =>
      `maxLayerSize: ${p.platform}: the layer with ${p.layer} has ${formatBytes(p.size)}; ` +
      `expected at most ${formatBytes(p.limit)}`,
    hint: "raise maxLayers, so that fewer packages share a layer, or raise maxLayerSize",
  }),
  LAYER_NOT_COPIED: {
    meaning:
      "A layer that another repository should have could not be read from there. It is built instead.",
  },
  NIXPKGS_NOT_LOCKED: entry({
    meaning: "`bundleNixpkgs` is on and the lock has no nixpkgs source.",
    message: (p: { lock: string; system: string }) =>
      `bundleNixpkgs: ${p.lock} has no nixpkgs source for ${p.system}`,
    hint: "lock it with `lix-image lock … --nixpkgs /nix/store/…-source`, or set bundleNixpkgs: false",
  }),
  SYSTEM_NOT_BUILT: entry({
    meaning:
      "In an image of several systems, the part for this system cannot be built; the message gives the cause. No tag was moved.",
    message: (p: { system: string }) =>
      `${p.system}: the part of the image for this system cannot be built, so no tag was moved`,
  }),
  SYSTEM_NOT_LOCKED: entry({
    meaning: "The lock has no entry for one of `systems`.",
    message: (p: { lock: string; system: string; known: readonly string[] }) =>
      `systems: ${p.lock} has no ${p.system}; it has ${p.known.join(", ")}`,
    hint: (p) => `lock it: lix-image lock … --system ${p.system}`,
  }),
  VALUE_UNKNOWN: entry({
    meaning:
      "An argument is still unknown outside a preview. Usually it is an output of a resource that the operation leaves out, for example because of `--target`.",
    message: (p: { path: string }) => `${p.path}: expected a value; got one that is not known yet`,
    hint: "only a preview works without it: is it an output of a resource that this operation leaves out?",
  }),
};

export interface SystemLabel {
  readonly system: string;
  readonly value: string | undefined;
}
