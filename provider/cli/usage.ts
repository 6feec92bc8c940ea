import { LixImageError } from "../base/errors.ts";
import type { Lines } from "../base/printable.ts";

/** A command line that cannot be understood: exit code 2, where everything else that fails is 1. */
export class UsageError extends LixImageError {
  readonly code = "USAGE";
  readonly exitCode = 2;

  constructor(message: Lines, command = "lix-image") {
    super(message, { hint: `see \`${command} --help\`` });
  }

  /** Without the code, which would stand behind the options as if it were one; exit code 2 says the same. */
  get text(): string {
    return `${this.message}\n  hint: ${this.hint}`;
  }
}
