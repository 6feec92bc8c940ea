/** The one error root: a message a user can act on, a code a program can match. @module */

export interface LixImageErrorOptions {
  /** What to do about it, in one sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export abstract class LixImageError extends Error {
  /** Stable and listed in docs/errors.md. */
  abstract readonly code: string;
  readonly hint: string | undefined;

  constructor(message: string, options: LixImageErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

/** Several independent mistakes, reported together. */
export class SeveralErrors extends LixImageError {
  readonly code = "SEVERAL_ERRORS";
  readonly errors: readonly unknown[];
  constructor(errors: readonly unknown[]) {
    super(errors.map((error) => render(error)).join("\n"));
    this.errors = errors;
  }
}

/** Throws nothing for none, the error itself for one, {@link SeveralErrors} for more. */
export function throwAll(errors: readonly [unknown, ...unknown[]]): never;
export function throwAll(errors: readonly unknown[]): void;
export function throwAll(errors: readonly unknown[]): void {
  const each = errors.flatMap((error) => (error instanceof SeveralErrors ? error.errors : [error]));
  if (each.length === 1) throw each[0];
  if (each.length > 1) throw new SeveralErrors(each);
}

/** Pulumi shows only text, so the whole cause chain is folded into it, once, at the boundary. */
export function render(error: unknown): string {
  if (error instanceof SeveralErrors) return error.message;
  const lines: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof SeveralErrors) {
      lines.push(...at.message.split("\n"));
      break;
    }
    const code = at instanceof LixImageError ? ` [${at.code}]` : "";
    lines.push(`${lines.length === 0 ? "" : "caused by: "}${at.message}${code}`);
    if (at instanceof LixImageError && at.hint !== undefined) lines.push(`hint: ${at.hint}`);
  }
  return lines.join("\n  ") || String(error);
}
