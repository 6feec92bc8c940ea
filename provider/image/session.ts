/**
 * What one process shares between all its images: the cache, what is known, the substituters of each
 * lock, work in flight and the budget for it.
 * @module
 */
import { availableParallelism } from "node:os";
import { Limiter, SingleFlight } from "../base/concurrency.ts";
import { cacheFolder } from "./folder.ts";
import { LayerCache, type KnownLayer } from "./layer-cache.ts";
import type { NarSource } from "../substituter/chain.ts";
import { Knowledge } from "./knowledge.ts";

/**
 * A layer in flight decompresses on one core and compresses on another; more than this many
 * cost memory and gain little (docs/benchmarks.md). An image starts no more either, so that little is left to run
 * when one of its layers cannot be made.
 */
export const LAYERS_IN_FLIGHT = Math.max(2, Math.min(4, availableParallelism()));

export class Session {
  readonly cache: LayerCache;
  readonly knowledge: Knowledge;
  /** For layers being built and listings being read, over all images of the process. */
  readonly budget = new Limiter(LAYERS_IN_FLIGHT);
  readonly layersInFlight = new SingleFlight<KnownLayer>();
  /** Images whose layers have been begun, as progress calls them. */
  readonly begun = new Set<string>();
  /** By the caches' URLs; filled by narSourceOf. */
  readonly narSources = new Map<string, NarSource>();

  constructor(folder: string = cacheFolder()) {
    this.cache = new LayerCache(folder);
    this.knowledge = new Knowledge(this.cache);
  }
}
