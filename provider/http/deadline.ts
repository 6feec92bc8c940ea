/** How long all tries of one request may take together. @module */
import { TIME_LIMIT } from "../base/retry-policy.ts";
import { HttpTimeout, HttpUnreachable } from "./unreachable.ts";

export interface DeadlineOptions {
  readonly limitMs?: number | undefined;
  readonly stallLimitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export class Deadline {
  /** The caller's signal, and ours while the clock runs. */
  readonly signal: AbortSignal | undefined;
  /** For a body that makes no progress: never longer than all tries may take. */
  readonly stallLimitMs: number;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #end: number;

  /** Starts the clock. */
  constructor(label: string, url: URL, { limitMs, stallLimitMs, signal }: DeadlineOptions) {
    this.signal = signal;
    this.stallLimitMs = Math.min(stallLimitMs ?? TIME_LIMIT.stall.ms, limitMs ?? Infinity);
    this.#end = performance.now() + (limitMs ?? Infinity);
    if (limitMs === undefined) return;
    const over = new AbortController();
    this.signal = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
    this.#timer = setTimeout(() => {
      const timeout = new HttpTimeout(`no answer within ${limitMs / 1000} s`);
      over.abort(new HttpUnreachable(label, url, timeout));
    }, limitMs);
  }

  /** Whether there is time for such a pause and something after it. */
  leaves(pauseMs: number): boolean {
    return performance.now() + pauseMs < this.#end;
  }

  /** The answer has begun, or there will be none. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
