/** What goes wrong with the lock. @module */
import { enumerate } from "../base/enumerate.ts";
import { entry } from "./entry.ts";

const isNewer = (found: unknown, known: readonly number[]): boolean =>
  typeof found === "number" && found > Math.max(...known);

export const LOCK_ERRORS = {
  INVALID_JSON: entry({
    meaning: "A file is not JSON, or has a key twice; the message gives line and column.",
    message: (p: { line: number; column: number; expected: string; got: string }) =>
      `line ${p.line}, column ${p.column}: expected ${p.expected}; got ${p.got}`,
  }),
  INVALID_LOCK: entry({
    meaning:
      "The lock is not of format 1 or 2, or a path that it refers to is missing; the message lists every mistake with its place.",
    message: (p: { file: string; mistakes: readonly string[] }) =>
      enumerate(`${p.file}: `, p.mistakes),
    hint: "make locks with `lix-image lock`, not by hand",
  }),
  LOCK_NOT_FOUND: entry({
    meaning:
      "There is no lock at the absolute path that the message names. `lix-image lock` makes one.",
    message: (p: { file: string }) => `there is no lock file ${p.file}`,
    hint: "make one with `lix-image lock` (see `lix-image lock --help`), or name another in `lock`",
  }),
  LOCK_SYNTAX: entry({
    meaning: "The lock is not JSON.",
    message: (p: { file: string }) => `${p.file}: not a lock, because it is not JSON`,
    hint: "is there a merge conflict in it? Make the lock again with `lix-image lock`",
  }),
  LOCK_UNREADABLE: entry({
    meaning: "The lock exists but cannot be read.",
    message: (p: { file: string }) => `${p.file}: cannot be read`,
  }),
  LOCK_VERSION: entry({
    meaning: "The lock has a format that this release does not read.",
    message: (p: { file: string; found: unknown; known: readonly number[] }) =>
      `${p.file}: version ${JSON.stringify(p.found)}: ` +
      (isNewer(p.found, p.known)
        ? "made by a newer pulumi-lix"
        : `expected ${p.known.join(" or ")}`),
    hint: ({ found, known }) =>
      isNewer(found, known) ? "upgrade pulumi-lix" : "make the lock again with `lix-image lock`",
  }),
  UNTRUSTED_LOCK: entry({
    meaning:
      "Store paths in the lock have neither a valid signature by a trusted key nor a content address that matches.",
    message: (p: { file: string; mistakes: readonly string[] }) =>
      enumerate(`${p.file}: `, p.mistakes),
    hint: "was the lock edited, or is a key missing from its caches' trustedPublicKeys? `lix-image lock` makes it again",
  }),
};
