import { log } from "../base/log.ts";
import { TIME_LIMIT } from "../base/retry-policy.ts";

/** How long a cache may take to answer for a path before the next cache is asked as well. */
export const OVERTAKE_MS = TIME_LIMIT.overtake.ms;

/** `hurried` if another cache may have the same NAR: then this one must start soon and be quick. */
export type Pace = "hurried" | "patient";

/**
 * Caches that kept us waiting while another one could have answered. They are asked last from then on: a closure
 * of hundreds of paths should not wait for each.
 */
export class LateCaches {
  readonly #urls = new Set<string>();

  has(url: string): boolean {
    return this.#urls.has(url);
  }

  note(url: string): void {
    if (this.#urls.has(url)) return;
    this.#urls.add(url);
    log.warn(`${url} answers too slowly; it is asked last from now on`);
  }

  /** In the same order, except that late ones come last. */
  last<T extends { readonly url: string }>(caches: readonly T[]): T[] {
    return caches.toSorted((a, b) => Number(this.has(a.url)) - Number(this.has(b.url)));
  }
}
