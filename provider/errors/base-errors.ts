/** What goes wrong with files, texts and compressed data. @module */

export const BASE_ERRORS = {
  BUDGET_EXCEEDED: {
    meaning:
      "Something from outside (a tar, an image, a NAR, a lock) has more of something than any real one: the hint names the budget.",
  },
  DAMAGED_COMPRESSION: { meaning: "A compressed NAR or archive ends early or is damaged." },
  FILE_UNUSABLE: {
    meaning:
      "The operating system refuses the use of a file or folder, which is named: no space left, no permission, a folder where a file should be.",
  },
  INTERNAL_ERROR: {
    meaning: "A bug in pulumi-lix: please report it with the lines of the message.",
  },
  NOT_UTF8: { meaning: "A lock or a file of arguments is no text in UTF-8." },
  SEVERAL_ERRORS: {
    meaning: "Several independent mistakes, one below the other, each with its own code.",
  },
  UNSUPPORTED_COMPRESSION: { meaning: "A NAR is compressed in a way that cannot be read." },
};
