import { setTimeout as sleep } from "node:timers/promises";

/** Starts callers one after the other, at least `intervalMs` apart. */
export class Pace {
  readonly #intervalMs: number;
  #next = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  async wait(signal?: AbortSignal): Promise<void> {
    const now = performance.now();
    const start = Math.max(now, this.#next);
    this.#next = start + this.#intervalMs;
    if (start > now) await sleep(start - now, undefined, signal ? { signal } : {});
    signal?.throwIfAborted();
  }
}
