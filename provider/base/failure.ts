/**
 * Every error that leaves this program has a code. Expected errors get theirs where they happen; this is
 * the net for all others.
 * @module
 */
import { LixImageError } from "./errors.ts";
import { FileUnusable, isSystemError } from "./file-unusable.ts";
import { printable } from "./printable.ts";

/** Returns our own errors as they are, and names the file of a system error. Anything else is a bug. */
export function asFailure(error: unknown): LixImageError {
  if (error instanceof LixImageError) return error;
  return isSystemError(error) ? new FileUnusable(error) : new InternalError(error);
}

export class InternalError extends LixImageError {
  readonly code = "INTERNAL_ERROR";
  constructor(cause: unknown) {
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super([`a bug in pulumi-lix: ${what}`, ...frames(cause)], {
      hint: "please report it, with these lines and what you did",
      ...(cause instanceof Error && cause.cause !== undefined ? { cause: cause.cause } : {}),
    });
  }
}

const FRAMES = 8;

/** Only the frames of the stack: the message before them may come from a server. */
function frames(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack ?? "").split("\n") : [];
  return lines
    .filter((line) => /^ +at /.test(line))
    .slice(0, FRAMES)
    .map(printable);
}
