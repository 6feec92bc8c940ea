/** How long a body may keep us waiting, in either direction. @module */
import type { ClientRequest, IncomingMessage } from "node:http";
import { HttpTimeout } from "./http-unreachable.ts";

/** For {@link LEAST_BYTES} of a body. The slowest line that is of any use has more than enough. */
export const STALL_LIMIT_MS = 60_000;
// Less is no progress: else a server that sends one byte a minute could hold us for years.
const LEAST_BYTES = 16 * 1024;

/** Counts only the time in which we wait for the other side: to be slow ourselves is no fault of it. */
export class Progress {
  readonly #what: string;
  readonly #limitMs: number;
  #waitedMs = 0;
  #bytes = 0;
  #pieces = 0;

  /** @param what `of the answer`, `of the upload` */
  constructor(what: string, limitMs: number) {
    this.#what = what;
    this.#limitMs = limitMs;
  }

  /** Waits for the next bytes, and destroys the stream when the limit is over. */
  async wait<T>(stream: ClientRequest | IncomingMessage, next: Promise<T>): Promise<T> {
    const start = performance.now();
    const left = Math.max(0, this.#limitMs - this.#waitedMs);
    const timer = setTimeout(() => stream.destroy(this.#timeout()), left);
    try {
      return await next;
    } finally {
      clearTimeout(timer);
      this.#waitedMs += performance.now() - start;
    }
  }

  moved(bytes: number): void {
    this.#bytes += bytes;
    this.#pieces += 1;
    if (this.#bytes < LEAST_BYTES) return;
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
