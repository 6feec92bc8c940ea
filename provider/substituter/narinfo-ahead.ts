/**
 * Requests narinfos and small NARs before they are wanted. A layer's NARs come one after the other, and most
 * layers have one; without this, each of them would wait for two answers of a distant server.
 * @module
 */
import { Limiter, mapConcurrent } from "../base/concurrency.ts";
import type { NarInfo } from "../formats/nix/narinfo.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import type { LateCaches } from "./late-caches.ts";
import type { Substituter } from "./substituter.ts";

// For the whole process, and fewer than a host's connections (http/agent.ts), so that NARs that
// are wanted now need not queue behind narinfos that are wanted later.
const QUESTIONS = 8;
const LIMITER = new Limiter(QUESTIONS);
// Answers wait in memory, and the server decides how long they are.
const PATHS_AHEAD = 16;
// NARs wait in memory, too. More would take connections from those that are wanted now.
const NARS_AHEAD = 4;

export interface AheadOptions {
  readonly overtakeMs: number;
  readonly lateCaches: LateCaches;
}

interface DuringOptions {
  /** Whether small NARs are fetched, too. */
  readonly nars: boolean;
  readonly signal: AbortSignal | undefined;
}

export class NarInfosAhead {
  readonly #substituters: readonly Substituter[];
  readonly #overtakeMs: number;
  readonly #late: LateCaches;
  readonly #answers = new Map<Substituter, Map<StorePath, Promise<NarInfo | undefined>>>();
  /** Paths whose turn came before we got to ask ahead. */
  readonly #overtaken = new Set<StorePath>();
  readonly #readers = new Set<Reader>();

  constructor(substituters: readonly Substituter[], { overtakeMs, lateCaches }: AheadOptions) {
    this.#substituters = substituters;
    this.#overtakeMs = overtakeMs;
    this.#late = lateCaches;
  }

  /** Makes requests only while `use` runs. Answers that nobody has used by then are forgotten. */
  async during<T>(
    paths: readonly PathInfo[],
    { nars, signal }: DuringOptions,
    use: () => Promise<T>,
  ): Promise<T> {
    for (const path of this.#unshared(paths)) this.#overtaken.delete(path);
    const reader = new Reader(paths);
    this.#readers.add(reader);
    const over = new AbortController();
    const scope = AbortSignal.any([over.signal, ...(signal ? [signal] : [])]);
    const fetching: Promise<void>[] = [];
    const asking = mapConcurrent(paths, { width: QUESTIONS, signal: scope }, async (path, each) => {
      await reader.comesNear(path.storePath, PATHS_AHEAD, each);
      const found = await this.#ask(path, each);
      if (!nars || found === undefined) return;
      const near = reader.comesNear(path.storePath, NARS_AHEAD, scope);
      fetching.push(near.then(() => this.#fetch(path, found, scope)).catch(() => {}));
    }).catch(() => {
      // The code that needs the narinfo asks again, and reports the error.
    });
    try {
      return await use();
    } finally {
      over.abort();
      reader.leaves();
      this.#readers.delete(reader);
      await asking;
      await Promise.all(fetching);
      const unshared = this.#unshared(paths);
      for (const answers of this.#answers.values())
        for (const path of unshared) answers.delete(path);
    }
  }

  /** The paths that no reader has. Two images that are built at once share most of theirs. */
  #unshared(paths: readonly PathInfo[]): StorePath[] {
    const readers = [...this.#readers];
    return paths
      .map(({ storePath }) => storePath)
      .filter((path) => !readers.some((reader) => reader.has(path)));
  }

  /** The answer that was requested ahead, or a new one. */
  async narInfo(
    cache: Substituter,
    path: StorePath,
    signal: AbortSignal | undefined,
  ): Promise<NarInfo | undefined> {
    for (const reader of this.#readers) reader.reads(path);
    const answers = this.#answers.get(cache);
    const ahead = answers?.get(path);
    answers?.delete(path);
    this.#overtaken.add(path);
    // One that failed, perhaps because somebody else gave up, says nothing about the path.
    const answer = await ahead?.then(
      (narInfo) => ({ narInfo }),
      () => undefined,
    );
    signal?.throwIfAborted();
    return answer === undefined ? cache.narInfo(path, signal) : answer.narInfo;
  }

  async #fetch(
    { storePath }: PathInfo,
    { cache, narInfo }: Found,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    if (!this.#overtaken.has(storePath)) await cache.fetchAhead?.(narInfo, signal);
  }

  /** From cache to cache until one has the path. */
  async #ask({ storePath, narHash }: PathInfo, signal: AbortSignal): Promise<Found | undefined> {
    const caches = this.#late.last(this.#substituters);
    for (const cache of caches) {
      if (cache.openPath !== undefined || this.#overtaken.has(storePath)) return undefined;
      const answers = this.#answers.get(cache) ?? new Map<StorePath, Promise<undefined>>();
      this.#answers.set(cache, answers);
      const ask = async (): Promise<NarInfo | undefined> => {
        signal.throwIfAborted();
        // A cache that does not answer would hold all our requests.
        const patience = cache === caches.at(-1) ? [] : [AbortSignal.timeout(this.#overtakeMs)];
        return cache.narInfo(storePath, AbortSignal.any([signal, ...patience]));
      };
      // A build asks for all its paths, and then each of its layers for its own.
      const asked = answers.get(storePath) ?? LIMITER.run(ask);
      answers.set(storePath, asked);
      const narInfo = await asked.catch(() => undefined);
      if (narInfo?.narHash === narHash) return { cache, narInfo };
    }
    return undefined;
  }
}

interface Found {
  readonly cache: Substituter;
  readonly narInfo: NarInfo;
}

/** How far `use` has come among its paths. */
class Reader {
  readonly #order: ReadonlyMap<StorePath, number>;
  #at = 0;
  #moved = Promise.withResolvers<void>();

  constructor(paths: readonly PathInfo[]) {
    this.#order = new Map(paths.map(({ storePath }, at) => [storePath, at]));
  }

  has(path: StorePath): boolean {
    return this.#order.has(path);
  }

  reads(path: StorePath): void {
    this.#at = Math.max(this.#at, this.#order.get(path) ?? 0);
    this.#wake();
  }

  /** Resolves when the path is one of the next to be read. */
  async comesNear(path: StorePath, distance: number, signal: AbortSignal): Promise<void> {
    while ((this.#order.get(path) ?? 0) > this.#at + distance) {
      signal.throwIfAborted();
      await this.#moved.promise;
    }
  }

  /** Ends the wait of `comesNear` after its signal has aborted. */
  leaves(): void {
    this.#wake();
  }

  #wake(): void {
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }
}
