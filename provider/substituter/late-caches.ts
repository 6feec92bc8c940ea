/**
 * Caches that kept us waiting while another one could have answered. They are asked last for the life of
 * the process: a closure of hundreds of paths should not wait for each.
 * @module
 */
import { log } from "../base/log.ts";
import { TIME_LIMIT } from "../base/retry-policy.ts";

/** How long a cache may take to answer for a path before the next cache is asked as well. */
export const OVERTAKE_MS = TIME_LIMIT.overtake.ms;

/** `hurried` if another cache may have the same NAR: then this one must start soon and be quick. */
export type Pace = "hurried" | "patient";

const late = new Set<string>();

export const isLate = (url: string): boolean => late.has(url);

export function noteLate(url: string): void {
  if (late.has(url)) return;
  late.add(url);
  log.warn(`${url} answers too slowly; it is asked last from now on`);
}

/** In the same order, but for those that are late. */
export const lateLast = <T extends { readonly url: string }>(caches: readonly T[]): T[] =>
  caches.toSorted((a, b) => Number(isLate(a.url)) - Number(isLate(b.url)));
