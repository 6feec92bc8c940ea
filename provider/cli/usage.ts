import { LixImageError } from "../base/errors.ts";
import type { Lines } from "../base/printable.ts";

/** A command line that cannot be understood: exit code 2, where everything else that fails is 1. */
export class UsageError extends LixImageError {
  readonly code = "USAGE";
  readonly exitCode = 2;

  constructor(message: Lines, command = "lix-image") {
    super(message, { hint: `see \`${command} --help\`` });
  }
}
