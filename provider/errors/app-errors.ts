/** What goes wrong between the arguments and the pushed image. @module */

export const APP_ERRORS = {
  LABELS_DIFFER: {
    meaning: "The systems of one image disagree on a label, usually the Lix version.",
  },
  LAYER_NOT_COPIED: {
    meaning:
      "A layer that another repository should have could not be read from there. It is made anew instead.",
  },
  NIXPKGS_NOT_LOCKED: { meaning: "`bundleNixpkgs` is on and the lock has no nixpkgs source." },
  SYSTEM_NOT_BUILT: {
    meaning:
      "Of an image of several systems the part of this one cannot be made; why is below it. No tag was moved.",
  },
  SYSTEM_NOT_LOCKED: { meaning: "The lock has no entry for one of `systems`." },
  VALUE_UNKNOWN: {
    meaning:
      "An argument is still unknown outside a preview: an output of a resource that the operation leaves out, such as by `--target`.",
  },
};
