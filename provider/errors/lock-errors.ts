/** What goes wrong with the lock. @module */

export const LOCK_ERRORS = {
  INVALID_JSON: { meaning: "A file is not JSON, or has a key twice; line and column are given." },
  INVALID_LOCK: {
    meaning: "The lock is not of format 1, or not closed; every mistake is listed with its place.",
  },
  LOCK_NOT_FOUND: {
    meaning:
      "There is no lock where it was looked for; the absolute path is named. `lix-image lock` makes one.",
  },
  LOCK_SYNTAX: { meaning: "The lock is not JSON." },
  LOCK_UNREADABLE: { meaning: "The lock is there and cannot be read." },
  LOCK_VERSION: { meaning: "The lock is of another format than this release reads." },
  UNTRUSTED_LOCK: {
    meaning:
      "Paths of the lock have neither a good signature by a trusted key nor a content address that holds.",
  },
};
