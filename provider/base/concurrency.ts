/**
 * Structured concurrency: no promise outlives the function that made it.
 * @module
 */
import { availableParallelism } from "node:os";

/**
 * How many tasks may run at a time if each keeps a core busy and takes megabytes of memory: one for each core,
 * and at most four, to limit the memory. On a single core two, because each sometimes waits for the network.
 */
export const HEAVY_TASKS = Math.max(2, Math.min(4, availableParallelism()));

/** Order-keeping map with a width. First failure aborts the siblings; nothing outlives the call. */
export async function mapConcurrent<T, R>(
  items: readonly T[],
  options: { readonly width: number; readonly signal?: AbortSignal | undefined },
  fn: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const scope = new AbortController();
  const signal = AbortSignal.any([scope.signal, ...(options.signal ? [options.signal] : [])]);
  const results: R[] = [];
  const queue = items.entries();
  const workers = Array.from({ length: Math.min(options.width, items.length) }, async () => {
    try {
      for (const [index, item] of queue) {
        signal.throwIfAborted();
        results[index] = await fn(item, signal);
      }
    } catch (error) {
      scope.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(workers);
  signal.throwIfAborted();
  return results;
}

/** Lets `width` callers in at a time, in their order. Each scarce resource has one for the whole process. */
export class Limiter {
  readonly #width: number;
  #active = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(width: number) {
    this.#width = width;
  }

  async run<R>(use: () => Promise<R>): Promise<R> {
    if (this.#active >= this.#width) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#active += 1;
    try {
      return await use();
    } finally {
      // The slot passes straight to the next in line, so a newcomer cannot overtake it.
      const next = this.#waiting.shift();
      if (next === undefined) this.#active -= 1;
      else next();
    }
  }
}

interface Flight<R> {
  readonly work: Promise<R>;
  readonly scope: AbortController;
  waiting: number;
}

/**
 * Work in flight, shared by key: a second caller waits for the result of the first. Nothing is kept after
 * the work ends, and its signal aborts when nobody waits for it any more.
 */
export class SingleFlight<R> {
  readonly #flights = new Map<string, Flight<R>>();

  /** An abort ends the waiting of this caller only. */
  async run(
    key: string,
    work: (signal: AbortSignal) => Promise<R>,
    signal?: AbortSignal,
  ): Promise<R> {
    const flight = this.#flights.get(key) ?? this.#begin(key, work);
    flight.waiting += 1;
    try {
      return await unlessAborted(flight.work, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        flight.scope.abort();
      }
    }
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<R>): Flight<R> {
    const scope = new AbortController();
    const flight = { work: work(scope.signal), scope, waiting: 0 };
    this.#flights.set(key, flight);
    return flight;
  }
}

/** Settles with the result, or rejects with the reason of an abort if that comes first. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
