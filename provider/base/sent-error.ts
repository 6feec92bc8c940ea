/** Errors on their way from one thread to another: a structured clone has neither code nor hint. @module */
import { LixImageError } from "./errors.ts";
import { isSystemError } from "./file-unusable.ts";

/** An error and its causes as plain values. */
export interface SentError {
  readonly message: string;
  readonly stack: string | undefined;
  /** Undefined if the error is not ours. */
  readonly ours: { readonly code: string; readonly hint: string | undefined } | undefined;
  /** Undefined if it comes from no system call. */
  readonly system: { readonly code: string; readonly syscall: string } | undefined;
  readonly cause: SentError | undefined;
}

export function sendError(thrown: unknown): SentError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { message, stack, cause } = error;
  return {
    message,
    stack,
    ours: error instanceof LixImageError ? { code: error.code, hint: error.hint } : undefined,
    system: isSystemError(error) ? { code: error.code, syscall: error.syscall } : undefined,
    cause: cause === undefined ? undefined : sendError(cause),
  };
}

export function receiveError(sent: SentError): Error {
  const cause = sent.cause === undefined ? undefined : receiveError(sent.cause);
  const error =
    sent.ours === undefined
      ? Object.assign(new Error(sent.message, { cause }), sent.system)
      : new ThreadError(sent.message, sent.ours, cause);
  if (sent.stack !== undefined) error.stack = sent.stack;
  return error;
}

/** One of ours, thrown in another thread. */
class ThreadError extends LixImageError {
  readonly code: string;
  constructor(message: string, { code, hint }: NonNullable<SentError["ours"]>, cause: unknown) {
    // The line breaks in it are ours: the first constructor has escaped all others.
    super(message.split("\n"), { cause, hint });
    this.code = code;
  }
}
