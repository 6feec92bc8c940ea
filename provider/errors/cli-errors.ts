/** What goes wrong on the command line. @module */

export const CLI_ERRORS = {
  ARGUMENTS_NOT_FOUND: { meaning: "The command line's JSON file of arguments cannot be read." },
  ARGUMENTS_REFUSED: {
    meaning: "The JSON file of arguments holds mistakes; they are listed below it.",
  },
  IMAGE_NOT_FOUND: { meaning: "The registry has no image of that tag or digest." },
  LOCK_ARGUMENTS_NOT_FOUND: {
    meaning:
      "`--update` or `--check` finds no file with the options that made the lock. See [locks](updating-locks.md).",
  },
  MISSING_ATTRIBUTES: {
    meaning: "`lix-image lock` was not told all packages that the image needs.",
  },
  NOT_FOR_THIS_MACHINE: {
    meaning:
      "`lix-image load` found none of several systems to be the daemon's, or this machine's.",
  },
  REPORT_NOT_WRITTEN: {
    meaning: "The file of `lock --markdown` cannot be written; the lock is as it was.",
  },
  SECRET_KEY_UNREADABLE: { meaning: "The file of `--secret-key-file` cannot be read." },
  USAGE: { meaning: "The command line cannot be understood; exit code 2." },
};
