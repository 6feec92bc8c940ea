import { LONGEST_RETRY_AFTER_MS } from "../base/retry-policy.ts";

/** Retry-After in either form, capped; undefined when there is none that makes sense. @see RFC 9110 10.2.3 */
export function retryAfterMs(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
}
