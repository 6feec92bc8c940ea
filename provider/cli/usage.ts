import { LixImageError } from "../base/errors.ts";
import type { Lines } from "../base/printable.ts";

/** A command line that cannot be understood: exit code 2, where every other failure is 1. */
export class UsageError extends LixImageError {
  readonly code = "USAGE";
  readonly exitCode = 2;

  constructor(message: Lines, command = "lix-image") {
    super(message, { hint: `see \`${command} --help\`` });
  }

  /** Without the code, which would read like an option; the exit code says the same. */
  get text(): string {
    return `${this.message}\n  hint: ${this.hint}`;
  }
}
