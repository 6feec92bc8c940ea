/** Trying again, as retry-policy.ts has it. @module */
import { setTimeout as sleep } from "node:timers/promises";
import { LixImageError } from "./errors.ts";
import { LONGEST_PAUSE_MS, type RetryPolicy, type Transient } from "./retry-policy.ts";

export interface RetryOptions {
  readonly signal: AbortSignal | undefined;
  /** Default: the policy's. */
  readonly firstPauseMs?: number | undefined;
}

/**
 * Returns the result of `attempt`, which is called again after each failure for which the policy allows another
 * try.
 */
export async function retry<T>(
  policy: RetryPolicy,
  options: RetryOptions,
  attempt: (tried: number) => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt(tried);
    } catch (error) {
      if (!isWorthRetrying(policy, error, tried)) throw error;
    }
    await pauseBeforeRetry(policy, tried, options);
  }
}

/** Whether there is another try after the `tried`-th, which ended with this error. */
export function isWorthRetrying(policy: RetryPolicy, error: unknown, tried: number): boolean {
  const kind = transientKind(error);
  return kind !== undefined && mayRetry(policy, kind, tried);
}

export const mayRetry = (policy: RetryPolicy, kind: Transient, tried: number): boolean =>
  tried < (policy.tries[kind] ?? 1);

/** The kind of failure that the error states, or the first of its causes that states one. */
export function transientKind(error: unknown): Transient | undefined {
  for (let at = error; at instanceof Error; at = at.cause)
    if (at instanceof LixImageError && at.retryable !== undefined) return at.retryable;
  return undefined;
}

export async function pauseBeforeRetry(
  policy: RetryPolicy,
  tried: number,
  {
    signal,
    firstPauseMs = policy.firstPauseMs,
    retryAfterMs,
  }: RetryOptions & { readonly retryAfterMs?: number | undefined },
): Promise<void> {
  const ms = retryAfterMs ?? pauseMs(firstPauseMs, tried);
  if (ms > 0) await sleepUnless(signal, ms);
}

/**
 * Doubles after each failure, and is shortened at random by up to half, so that many clients do not return at
 * the same moment.
 */
export function pauseMs(firstPauseMs: number, tried: number): number {
  const doubled = Math.min(firstPauseMs * 2 ** (tried - 1), LONGEST_PAUSE_MS);
  return doubled * (0.5 + Math.random() / 2);
}

/** Ends early with the reason of an abort. */
export async function sleepUnless(signal: AbortSignal | undefined, ms: number): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}
