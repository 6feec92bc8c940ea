/**
 * NARs from the first of several caches that can supply them. Nothing a cache says is taken over:
 * the lock has said what each NAR must be.
 * @module
 */
import { Limiter } from "../base/concurrency.ts";
import { LixImageError } from "../base/errors.ts";
import { HttpUnreachable } from "../base/http-unreachable.ts";
import type { NarInfo } from "../nix/narinfo.ts";
import type { PathInfo } from "../nix/path-info.ts";
import type { StorePath } from "../nix/store-path.ts";
import type { Substituter } from "./substituter.ts";
import { verified } from "./verified.ts";
import { XZ_THREADS } from "./xz-pool.ts";

// For the whole process: as many as decode at once, so that no open connection has to wait for a
// decoder until its server gives up.
const DOWNLOADS = new Limiter(XZ_THREADS);
// A connection may break by accident; a cache whose connections break again and again is left.
const BREAKS_PER_CACHE = 3;

/** What went wrong with one path in one cache. */
interface Failure {
  readonly error: unknown;
  readonly breaks: number;
}

export class NarSource {
  readonly #substituters: readonly Substituter[];
  readonly #failures = new Map<StorePath, Map<Substituter, Failure>>();

  /** In order of priority. */
  constructor(substituters: readonly Substituter[]) {
    this.#substituters = substituters;
  }

  /**
   * The NAR of `info`, verified: bytes may be used only after the last one has come. Throws
   * NarInterrupted when another `open` may do better, NarUnavailable when none will.
   */
  async *open(info: PathInfo, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const release = await enter(DOWNLOADS);
    try {
      yield* this.#fromFirst(info, signal);
    } finally {
      await release();
    }
  }

  async *#fromFirst(info: PathInfo, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const failures = this.#failures.get(info.storePath) ?? new Map<Substituter, Failure>();
    this.#failures.set(info.storePath, failures);
    for (;;) {
      const cache = this.#next(failures);
      if (cache === undefined) break;
      let begun = false;
      try {
        for await (const chunk of fetchNar(cache, info, signal)) {
          signal?.throwIfAborted();
          begun = true;
          yield chunk;
        }
        this.#failures.delete(info.storePath);
        return;
      } catch (error) {
        signal?.throwIfAborted();
        const breaks = (failures.get(cache)?.breaks ?? 0) + 1;
        const final = !(begun && error instanceof HttpUnreachable);
        failures.set(cache, { error, breaks: final ? BREAKS_PER_CACHE : breaks });
        if (begun && this.#next(failures) !== undefined)
          throw new NarInterrupted(info.storePath, cache.url, error);
      }
    }
    // Forgotten, because whoever asks again has perhaps mended something.
    this.#failures.delete(info.storePath);
    throw new NarUnavailable(info.storePath, refusals(this.#substituters, failures));
  }

  /** The cache with the fewest breaks, the first one of equals; undefined when all have failed. */
  #next(failures: ReadonlyMap<Substituter, Failure>): Substituter | undefined {
    const breaks = (cache: Substituter): number => failures.get(cache)?.breaks ?? 0;
    return this.#substituters
      .filter((cache) => breaks(cache) < BREAKS_PER_CACHE)
      .toSorted((a, b) => breaks(a) - breaks(b))[0];
  }
}

async function* fetchNar(
  cache: Substituter,
  info: PathInfo,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const narInfo = await cache.narInfo(info.storePath, signal);
  if (narInfo === undefined) throw new Missing("does not have it");
  const other = disagreement(narInfo, info);
  if (other !== undefined) throw new Missing(`has another ${other} than the lock`);
  yield* verified(cache.openNar(narInfo, signal), info, cache.url);
}

function disagreement(narInfo: NarInfo, info: PathInfo): string | undefined {
  if (narInfo.narHash !== info.narHash) return "NarHash";
  if (narInfo.narSize !== info.narSize) return "NarSize";
  const equal = narInfo.references.join(" ") === info.references.join(" ");
  return equal ? undefined : "list of References";
}

/** The cache is well, it just cannot supply this path. */
class Missing extends Error {}

const refusals = (
  caches: readonly Substituter[],
  failures: ReadonlyMap<Substituter, Failure>,
): readonly Refusal[] =>
  caches.map((cache) => {
    const error = failures.get(cache)?.error;
    return {
      url: cache.url,
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

/** What one cache had to say. */
interface Refusal {
  readonly url: string;
  readonly reason: string;
  readonly hint: string | undefined;
}

/** It broke after some bytes had been handed out: what was made of them is void. Opening again may help. */
export class NarInterrupted extends LixImageError {
  readonly code = "NAR_INTERRUPTED";
  constructor(path: StorePath, url: string, cause: unknown) {
    super(`${path}: ${url} failed before its NAR was whole`, { cause });
  }
}

export class NarUnavailable extends LixImageError {
  readonly code = "NAR_UNAVAILABLE";
  constructor(path: StorePath, refusals: readonly Refusal[]) {
    const lines = refusals.map(({ url, reason }) => `\n  ${url}: ${reason}`);
    const hints = new Set(refusals.flatMap(({ hint }) => hint ?? []));
    super(`${path}: none of ${refusals.length} caches can supply it${lines.join("")}`, {
      hint: [
        ...hints,
        "add a cache that has it to the lock's `caches`, or make the lock anew with `lix-image lock`",
      ].join("; "),
    });
  }
}
