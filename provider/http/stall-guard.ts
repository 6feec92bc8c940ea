/** How long a body may keep us waiting, in either direction. @module */
import { HttpTimeout } from "./unreachable.ts";

/**
 * Less than this on average, over a whole window, is no progress (curl's --speed-limit and
 * --speed-time): a modem of 1996 was faster, with three downloads at once, and a layer of 100 MB
 * would take 14 hours.
 */
const LEAST_BYTES_PER_SECOND = 2 * 1024;

/** Counts only the time in which we wait for the other side: our own slowness is not its fault. */
export class StallGuard {
  readonly #what: string;
  readonly #limitMs: number;
  readonly #leastBytes: number;
  #waitedMs = 0;
  #bytes = 0;
  #pieces = 0;

  /**
   * @param what `of the answer`, `of the upload`
   * @param limitMs the window over which progress is judged, and so the longest silence
   * @param leastRate bytes a second
   */
  constructor(what: string, limitMs: number, leastRate = LEAST_BYTES_PER_SECOND) {
    this.#what = what;
    this.#limitMs = limitMs;
    this.#leastBytes = (limitMs / 1000) * leastRate;
  }

  /** Waits for the next bytes, and throws when the window is over without enough of them. */
  async wait<T>(next: Promise<T>): Promise<T> {
    const start = performance.now();
    const left = Math.max(0, this.#limitMs - this.#waitedMs);
    const over = Promise.withResolvers<never>();
    const timer = setTimeout(() => over.reject(this.#timeout()), left);
    try {
      return await Promise.race([next, over.promise]);
    } finally {
      clearTimeout(timer);
      this.#waitedMs += performance.now() - start;
    }
  }

  moved(bytes: number): void {
    this.#bytes += bytes;
    this.#pieces += 1;
    if (this.#bytes < this.#leastBytes) return;
    this.#bytes = 0;
    this.#pieces = 0;
    this.#waitedMs = 0;
  }

  #timeout(): HttpTimeout {
    const within = `within ${this.#limitMs / 1000} s`;
    const trickles = this.#pieces > 1;
    return new HttpTimeout(
      trickles
        ? `only ${this.#bytes} bytes ${this.#what} ${within}`
        : `no more ${this.#what} ${within}`,
    );
  }
}
