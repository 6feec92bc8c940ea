/** One thing that can go wrong: what it means, and what a user reads. @module */
import type { Lines } from "../base/printable.ts";

export interface ErrorEntry<Parameters> {
  /** A line of docs/errors.md, in Markdown. */
  readonly meaning: string;
  /** *subject: expected X; got Y* */
  readonly message: (parameters: Parameters) => Lines;
  /** What to do about it, in one sentence. */
  readonly hint?: string | ((parameters: Parameters) => string | undefined);
}

/** Lets the compiler read the parameters off the message, so that they need to be written only once. */
export const entry = <Parameters>(written: ErrorEntry<Parameters>): ErrorEntry<Parameters> =>
  written;
