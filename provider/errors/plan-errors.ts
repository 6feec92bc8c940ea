/** What goes wrong with the arguments of an image. @module */

export const PLAN_ERRORS = {
  INVALID_ARGUMENT: {
    meaning:
      "An argument of LixImage is not what it must be; each mistake is listed with its path.",
  },
  NO_DESTINATION: { meaning: "Neither `registry`, `repository` nor `archives` is given." },
  OUTPUT_NOT_LOCKED: { meaning: "The lock names the chosen output but does not hold its closure." },
  PATH_NOT_LOCKED: {
    meaning: "A store path in `extraPkgs` or `flakeRegistry` is not in the lock.",
  },
  SOURCE_UNUSABLE: {
    meaning: "The file or directory given as `flakeRegistry` cannot be imported.",
  },
  UNKNOWN_ATTRIBUTE: {
    meaning:
      "`extraPkgs` names a package that the lock does not have; the nearest names are given.",
  },
  UNKNOWN_OUTPUT: { meaning: "A package has no output of that name." },
  UNKNOWN_PLACEHOLDER: {
    meaning: "A tag has a placeholder other than `{version}`, `{major}` and `{planKey}`.",
  },
};
