/** What goes wrong between the arguments and the pushed image. @module */
import { entry } from "./entry.ts";

export const APP_ERRORS = {
  LABELS_DIFFER: entry({
    meaning: "The systems of one image disagree on a label, usually the Lix version.",
    message: (p: { label: string; one: SystemLabel; other: SystemLabel }) =>
      `systems: label ${p.label} is ${JSON.stringify(p.one.value)} on ${p.one.system} and ` +
      `${JSON.stringify(p.other.value)} on ${p.other.system}`,
    hint: "lock the same version of nix for every system",
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
      "In an image of several systems, the part for this system cannot be built; the cause is below it. No tag was moved.",
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
      "An argument is still unknown outside a preview: an output of a resource that the operation leaves out, such as by `--target`.",
    message: (p: { path: string }) => `${p.path}: expected a value; got one that is not known yet`,
    hint: "only a preview can go on without it; is it an output of a resource that this operation leaves out?",
  }),
};

export interface SystemLabel {
  readonly system: string;
  readonly value: string | undefined;
}
