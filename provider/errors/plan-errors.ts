/** What goes wrong with the arguments of an image. @module */
import { ByteString } from "../base/byte-string.ts";
import { entry } from "./entry.ts";

export const PLAN_ERRORS = {
  FILE_CONFLICT: entry({
    meaning:
      "An entry of `files` and another one, or the base system, both decide what is at a path; both sides are named.",
    message: ({ one, other, path }: FileConflict) =>
      `${one} and ${other} both decide what is at ${JSON.stringify(ByteString.toText(path))}`,
    hint: ({ hint }: FileConflict) => hint,
  }),
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
    meaning:
      "The file or directory given as `flakeRegistry`, or as the `source` of an entry of `files`, cannot be imported.",
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

export interface FileConflict {
  readonly one: string;
  readonly other: string;
  readonly path: ByteString;
  readonly hint: string;
}
