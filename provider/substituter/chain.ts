/**
 * Gets each NAR from the first of several caches that can supply it. Nothing that a cache says is
 * trusted: the lock says what each NAR must be.
 * @module
 */
import { HEAVY_TASKS, Limiter } from "../base/concurrency.ts";
import { LixImageError } from "../base/errors.ts";
import { HttpUnreachable } from "../http/unreachable.ts";
import type { Refusal } from "../errors/substituter-errors.ts";
import { log } from "../base/log.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import { findFirst, type Finding } from "./find-first.ts";
import { LateCaches, OVERTAKE_MS, type Pace } from "./late-caches.ts";
import { NarInfosAhead } from "./narinfo-ahead.ts";
import type { StoredNar, Substituter } from "./substituter.ts";
import { cacheSupplier, tarballSupplier, type LockedNar, type Supplier } from "./supplier.ts";
import { lixError } from "../errors/lix-error.ts";

// For the whole process: as many as decode at once, so that no open connection has to wait for a
// decoder until its server gives up.
const DOWNLOADS = new Limiter(HEAVY_TASKS);
// A connection may break by accident; a cache whose connections break again and again is left.
const BREAKS_PER_CACHE = 3;
// Each damaged NAR makes its layer start over, so a cache that serves a second one is asked last.
const DAMAGED_NARS = 2;

/** What went wrong with one path at one supplier. */
interface Failure {
  readonly error: unknown;
  readonly breaks: number;
}

/** The search for one path, from its first `open` until it has been read or every cache has failed. */
interface Search {
  readonly suppliers: readonly Supplier[];
  readonly failures: Map<Supplier, Failure>;
}

/**
 * Decodes and verifies a NAR, which is not trusted, and yields something as it goes on. What it throws is the
 * cache's fault, and another one may do better; for anything else it throws ReaderFailed.
 */
export type ReadNar<T> = (nar: StoredNar, info: PathInfo, from: string) => AsyncIterable<T>;

export interface NarSourceOptions {
  /** How long a cache may take to answer whether it has a path. Default: {@link OVERTAKE_MS}. */
  readonly overtakeMs?: number | undefined;
  /** Default: none is known to be late. */
  readonly lateCaches?: LateCaches | undefined;
}

export class NarSource {
  readonly #suppliers: readonly Supplier[];
  readonly #ahead: NarInfosAhead;
  readonly #overtakeMs: number;
  readonly #late: LateCaches;
  readonly #searches = new Map<StorePath, Search>();
  /** How many damaged NARs each cache has served. */
  readonly #damage = new Map<string, number>();

  /** In order of priority. */
  constructor(substituters: readonly Substituter[], options: NarSourceOptions = {}) {
    const { overtakeMs = OVERTAKE_MS, lateCaches = new LateCaches() } = options;
    this.#overtakeMs = overtakeMs;
    this.#late = lateCaches;
    this.#ahead = new NarInfosAhead(substituters, { overtakeMs, lateCaches });
    this.#suppliers = substituters.map((cache) => cacheSupplier(cache, this.#ahead));
  }

  /** Runs `use`, which will read these paths, and requests their narinfos in the meantime. */
  withNarInfosAhead<T>(
    paths: readonly PathInfo[],
    signal: AbortSignal | undefined,
    use: () => Promise<T>,
  ): Promise<T> {
    return this.#ahead.during(paths, { nars: false, signal }, use);
  }

  /**
   * The same, and fetches small NARs ahead. Only for a layer that no other process builds: each NAR is downloaded
   * once.
   */
  withNarsAhead<T>(
    paths: readonly PathInfo[],
    signal: AbortSignal | undefined,
    use: () => Promise<T>,
  ): Promise<T> {
    return this.#ahead.during(paths, { nars: true, signal }, use);
  }

  /**
   * Yields what `read` does. The NAR may be used only after the end. Throws NarInterrupted if another call may
   * succeed, NAR_UNAVAILABLE if none will.
   */
  async *read<T>(info: LockedNar, read: ReadNar<T>, signal?: AbortSignal): AsyncGenerator<T> {
    const release = await enter(DOWNLOADS);
    try {
      yield* this.#fromFirst(info, read, signal);
    } finally {
      await release();
    }
  }

  async *#fromFirst<T>(info: LockedNar, read: ReadNar<T>, signal?: AbortSignal): AsyncGenerator<T> {
    const search = this.#searches.get(info.storePath) ?? this.#newSearch(info);
    this.#searches.set(info.storePath, search);
    const { failures } = search;
    for (;;) {
      const found = await this.#find(search, info, signal);
      if (found === undefined) break;
      const { supplier, open } = found;
      const others = this.#candidates(search).filter(({ url }) => url !== supplier.url);
      const pace = others.some(({ url }) => !this.#late.has(url)) ? "hurried" : "patient";
      let begun = false;
      try {
        for await (const part of read(open(signal, pace), info, supplier.url)) {
          signal?.throwIfAborted();
          begun = true;
          yield part;
        }
        // Failures are kept: a layer that starts over must not use the same cache again.
        if (failures.size === 0) this.#searches.delete(info.storePath);
        return;
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof ReaderFailed) throw error.cause;
        const broke = error instanceof HttpUnreachable && (begun || isTooSlow(error, pace));
        const breaks = (failures.get(supplier)?.breaks ?? 0) + 1;
        failures.set(supplier, { error, breaks: broke ? breaks : BREAKS_PER_CACHE });
        if (isTooSlow(error, pace)) this.#late.note(supplier.url);
        if (begun && !broke) this.#noteDamage(supplier);
        if (begun && this.#candidates(search).length > 0)
          throw new NarInterrupted(info.storePath, supplier.url, error);
      }
    }
    // Forgotten, because the user may have fixed something before the next attempt.
    this.#searches.delete(info.storePath);
    throw lixError("NAR_UNAVAILABLE", { path: info.storePath, refusals: refusalsOf(search) });
  }

  /** The first one that has the path; undefined when all have failed. */
  async #find(
    search: Search,
    info: LockedNar,
    signal: AbortSignal | undefined,
  ): Promise<Finding | undefined> {
    const { found, failed } = await findFirst(this.#candidates(search), {
      find: (supplier, each) => supplier.find(info, each),
      overtakeMs: this.#overtakeMs,
      lateCaches: this.#late,
      signal,
    });
    for (const [supplier, error] of failed)
      search.failures.set(supplier, { error, breaks: BREAKS_PER_CACHE });
    return found;
  }

  /** Those with the fewest breaks first, in the lock's order; late and damaging caches last. */
  #candidates({ suppliers, failures }: Search): Supplier[] {
    const breaks = (supplier: Supplier): number => failures.get(supplier)?.breaks ?? 0;
    const damaging = (supplier: Supplier): number =>
      (this.#damage.get(supplier.url) ?? 0) >= DAMAGED_NARS ? 1 : 0;
    const candidates = suppliers.filter((supplier) => breaks(supplier) < BREAKS_PER_CACHE);
    return this.#late
      .last(candidates.toSorted((a, b) => breaks(a) - breaks(b)))
      .toSorted((a, b) => damaging(a) - damaging(b));
  }

  #noteDamage({ url }: Supplier): void {
    const count = (this.#damage.get(url) ?? 0) + 1;
    this.#damage.set(url, count);
    if (count === DAMAGED_NARS)
      log.warn(`${url} serves damaged NARs; it is asked last from now on`);
  }

  #newSearch({ fetch }: LockedNar): Search {
    const tarball = fetch === undefined ? [] : [tarballSupplier(fetch.tarball)];
    return { suppliers: [...this.#suppliers, ...tarball], failures: new Map() };
  }
}

/** Then another cache may be quicker. If no other is left, this one is asked again with more time. */
const isTooSlow = (error: unknown, pace: Pace): boolean =>
  pace === "hurried" && error instanceof HttpUnreachable && error.retryable === "silence";

const refusalsOf = ({ suppliers, failures }: Search): readonly Refusal[] =>
  suppliers.map((supplier) => {
    const error = failures.get(supplier)?.error;
    return {
      url: supplier.url,
      reason: error instanceof Error ? error.message : String(error),
      hint: error instanceof LixImageError ? error.hint : undefined,
    };
  });

/** Holds one of the limiter's places until the returned function is called. */
async function enter(limiter: Limiter): Promise<() => Promise<void>> {
  const entered = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const held = limiter.run(() => {
    entered.resolve();
    return left.promise;
  });
  await entered.promise;
  return () => {
    left.resolve();
    return held;
  };
}

/** What reads the NAR has failed, and no cache can help; the cause says how. */
export class ReaderFailed extends Error {
  constructor(cause: unknown) {
    super("the reader failed", { cause });
  }
}

/** The NAR broke after some of its bytes had been used: the caller starts over, and may open it again. */
export class NarInterrupted extends LixImageError {
  readonly code = "NAR_INTERRUPTED";
  constructor(path: StorePath, url: string, cause: unknown) {
    super(`${path}: ${url} failed before its NAR was whole`, { cause });
  }
}
