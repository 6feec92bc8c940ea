/**
 * What leaves this program: an error with a code, always. Everything expected has one where it happens;
 * here is the last net.
 * @module
 */
import { LixImageError } from "./errors.ts";
import { FileUnusable, isSystemError } from "./file-unusable.ts";
import { printable } from "./printable.ts";

/** The error itself if it is ours; that of a file by its name; anything else is a bug. */
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

/** Only these: the message before them may be a server's. */
function frames(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack ?? "").split("\n") : [];
  return lines
    .filter((line) => /^ +at /.test(line))
    .slice(0, FRAMES)
    .map(printable);
}
