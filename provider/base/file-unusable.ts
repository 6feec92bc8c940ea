/** What the operating system says about a file, with its name and what to do. @module */
import { tmpdir } from "node:os";
import { sep } from "node:path";
import type { Bytes } from "./bytes.ts";
import { LixImageError } from "./errors.ts";

export interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
}

/** An error of a system call. Errors of zlib and of Node's own checks have no `syscall`. */
export const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error &&
  !(error instanceof LixImageError) &&
  "syscall" in error &&
  typeof error.syscall === "string" &&
  "code" in error &&
  typeof error.code === "string";

/** Adds the path to a system error: Node gives none for a failed write. */
export async function withFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isSystemError(error) ? new FileUnusable(error, path) : error;
  }
}

/** Adds the path to the errors of a stream that reads the file. */
export async function* fromFile(path: string, source: Bytes): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw isSystemError(error) ? new FileUnusable(error, path) : error;
  }
}

export class FileUnusable extends LixImageError {
  readonly code = "FILE_UNUSABLE";
  constructor(cause: SystemError, path = cause.path ?? "a file") {
    const [problem, hint] = MEANING.get(cause.code) ?? UNKNOWN;
    super(`${path}: ${problem}`, {
      cause,
      hint: isTemporary(path) ? `${hint}; ${ELSEWHERE}` : hint,
    });
  }
}

const isTemporary = (path: string): boolean => path.startsWith(tmpdir() + sep);
const ELSEWHERE = "or set TMPDIR to another folder";

const PATH = "check the path and the targets of its links";
const SPACE = "free some space";
const RIGHTS = "give this user the permission, or choose another place";
const DESCRIPTORS = "raise the limit of open files (ulimit -n), or end programs that hold many";
const UNKNOWN = [
  "the system refuses to use it",
  "the line below is the system's own message",
] as const;

const MEANING: ReadonlyMap<string, readonly [problem: string, hint: string]> = new Map([
  ["EACCES", ["this user may not use it", RIGHTS]],
  ["EPERM", ["this user may not use it", RIGHTS]],
  ["ENOENT", ["it does not exist", PATH]],
  ["ENOTDIR", ["a part of its path is not a folder", PATH]],
  ["EISDIR", ["it is a folder, not a file", PATH]],
  ["ELOOP", ["its symbolic links lead in a circle", PATH]],
  ["ENAMETOOLONG", ["its name is longer than the file system allows", "choose a shorter one"]],
  ["EEXIST", ["it exists already", "remove it, or choose another place"]],
  ["ENOTEMPTY", ["the folder is not empty", "empty it, or choose another one"]],
  ["ENXIO", ["it is not a readable file", PATH]],
  ["ENODEV", ["it is not a readable file", PATH]],
  ["EROFS", ["its file system is read-only", "choose a place on another one"]],
  ["ENOSPC", ["no space left on its disk", SPACE]],
  ["EDQUOT", ["this user's quota of the disk is used up", SPACE]],
  ["EFBIG", ["it grows larger than the file system or a limit allows", "check ulimit -f"]],
  ["EMFILE", ["too many files are open", DESCRIPTORS]],
  ["ENFILE", ["too many files are open on this machine", DESCRIPTORS]],
  ["EIO", ["its disk reports an error", "check the disk and the system log"]],
  ["ESTALE", ["the network file system has lost it", "mount it again"]],
  ["EBUSY", ["another program uses it", "end that program, or choose another place"]],
  ["ETXTBSY", ["it is a running program", "end that program, or choose another place"]],
  ["EXDEV", ["it lies across two file systems", "choose a place on one of them"]],
]);
