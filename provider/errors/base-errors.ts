/** What goes wrong with files, texts and compressed data. @module */

export const BASE_ERRORS = {
  BUDGET_EXCEEDED: {
    meaning:
      "A tar, image, NAR or lock from outside exceeds a budget that no real one reaches, such as a number of files or bytes. The hint names the budget.",
  },
  DAMAGED_COMPRESSION: { meaning: "A compressed NAR or archive ends early or is damaged." },
  FILE_UNUSABLE: {
    meaning:
      "The operating system refuses access to the file or folder that the message names: no space left, no permission, a folder where a file should be.",
  },
  INTERNAL_ERROR: {
    meaning: "A bug in pulumi-lix: please report it with the lines of the message.",
  },
  NOT_UTF8: { meaning: "A lock or a file of arguments is not valid UTF-8." },
  SEVERAL_ERRORS: {
    meaning: "The message lists several independent mistakes, each with its own code.",
  },
  UNSUPPORTED_COMPRESSION: {
    meaning: "A NAR is compressed with an algorithm that pulumi-lix cannot read.",
  },
};
