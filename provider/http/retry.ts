/** When a request is worth another try, and how long to wait before it. @module */
import { setTimeout as sleep } from "node:timers/promises";
import { HttpUnreachable } from "./unreachable.ts";

// The statuses of go-containerregistry and regclient that a later try can cure.
const RETRYABLE: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const LONGEST_PAUSE_MS = 20_000;
const LONGEST_RETRY_AFTER_MS = 60_000;

export const isRetryableStatus = (status: number): boolean => RETRYABLE.has(status);

export const isRetryableFailure = (error: unknown): boolean =>
  error instanceof HttpUnreachable && error.retryable;

export interface Pause {
  readonly firstMs: number;
  readonly retryAfter: string | undefined;
}

/** How long to wait after the `tried`-th failure: as the server says, else doubling, with jitter. */
export function pauseMs(tried: number, pause: Pause): number {
  const doubled = Math.min(pause.firstMs * 2 ** (tried - 1), LONGEST_PAUSE_MS);
  const jittered = doubled * (0.5 + Math.random() / 2);
  return retryAfterMs(pause.retryAfter, Date.now()) ?? jittered;
}

/** Waits so long. */
export async function pauseBefore(
  tried: number,
  { signal, ...pause }: Pause & { readonly signal: AbortSignal | undefined },
): Promise<void> {
  await sleepUnless(signal, pauseMs(tried, pause));
}

/** Ends early with the reason of an abort. */
export async function sleepUnless(signal: AbortSignal | undefined, ms: number): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}

/** Retry-After in either form, capped; undefined when there is none that makes sense. @see RFC 9110 10.2.3 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
}
