/** The one error root: a message a user can act on, a code a program can match. @module */
import { messageLines, type Lines } from "./printable.ts";
import type { Transient } from "./retry-policy.ts";
import { Secrets } from "./secrets.ts";

export interface LixImageErrorOptions {
  /** What to do about it, in one sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export abstract class LixImageError extends Error {
  /** Stable, and listed in docs/errors.md. */
  abstract readonly code: string;
  readonly hint: string | undefined;
  /** What has failed, if another try may do better; retry-policy.ts says which loops try again. */
  readonly retryable: Transient | undefined = undefined;

  /** @param message one line; several only as a list, since a line break inside may be an attacker's. */
  constructor(message: Lines, options: LixImageErrorOptions = {}) {
    super(messageLines(message), options.cause === undefined ? {} : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint === undefined ? undefined : messageLines(options.hint);
  }
}

/** Several independent mistakes, reported together. */
export class SeveralErrors extends LixImageError {
  readonly code = "SEVERAL_ERRORS";
  readonly errors: readonly unknown[];
  constructor(errors: readonly unknown[]) {
    super(errors.flatMap(renderLines));
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
export const render = (error: unknown): string => renderLines(error).join("\n");

/** The lines of {@link render}, for a message or a warning that has more to say. */
export function renderLines(error: unknown): string[] {
  // Once more: the error may be older than our knowledge of the secret.
  return linesOf(error).map((line) => Secrets.hide(line));
}

function linesOf(error: unknown): string[] {
  if (error instanceof SeveralErrors) return error.message.split("\n");
  const lines: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof SeveralErrors) {
      lines.push(
        ...at.message.split("\n").map((line) => (lines.length === 0 ? line : `  ${line}`)),
      );
      break;
    }
    const code = at instanceof LixImageError ? ` [${at.code}]` : "";
    // The line breaks in our own messages are ours; the constructor has escaped all others.
    const message = at instanceof LixImageError ? at.message : messageLines(at.message);
    lines.push(...`${lines.length === 0 ? "" : "  caused by: "}${message}${code}`.split("\n"));
    if (at instanceof LixImageError && at.hint !== undefined) lines.push(`  hint: ${at.hint}`);
  }
  return lines.length > 0 ? lines : [messageLines(String(error))];
}
