/**
 * Structured concurrency: no promise outlives the function that made it.
 * @module
 */

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

/** At most `width` uses at once, first come first served. One per process for each scarce thing. */
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

/** Work in flight, shared by key: a second caller gets the first one's promise. Nothing is kept after it ends. */
export class SingleFlight<R> {
  readonly #running = new Map<string, Promise<R>>();

  run(key: string, work: () => Promise<R>): Promise<R> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const started = work().finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }
}
