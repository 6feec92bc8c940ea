/**
 * What the images of one session share while they are built: the local cache, the known layers, the substituters
 * of each lock, the work in flight and the budget for it.
 * @module
 */
import { HEAVY_TASKS, Limiter, SingleFlight } from "../base/concurrency.ts";
import { cacheFolder } from "./folder.ts";
import { LayerCache, type KnownLayer } from "./layer-cache.ts";
import { LateCaches } from "../substituter/late-caches.ts";
import type { NarSource } from "../substituter/chain.ts";
import { KnownLayers } from "./known-layers.ts";

/**
 * As many as threads pack at a time, and two whose first NARs are requested in the meantime. One image starts no more
 * than this many either, so that little else is running when one of its layers cannot be built.
 */
export const LAYERS_IN_FLIGHT = HEAVY_TASKS + 2;

/** How this session asks the caches of locks. */
export interface CacheOptions {
  /** A netrc file with their credentials. Default: as the environment says. */
  readonly netrc?: string | undefined;
  /** Those by network are not asked. */
  readonly offline?: boolean | undefined;
}

export class BuildSession {
  /** Limits how many layers are built and listings read at a time, over all images of the session. */
  readonly budget = new Limiter(LAYERS_IN_FLIGHT);
  readonly layersInFlight = new SingleFlight<KnownLayer>();
  /** Called for each layer that is built, whichever image it is for. */
  readonly onBuilt = new Set<(layer: KnownLayer) => void>();
  /** The images whose layers are being built, by the names that progress shows. */
  readonly begun = new Set<string>();
  /** By the URLs of the caches; narSourceOf fills it. */
  readonly narSources = new Map<string, NarSource>();
  readonly lateCaches = new LateCaches();
  readonly caches: CacheOptions;
  readonly #folder: string | undefined;
  #cache: LayerCache | undefined;
  #knownLayers: KnownLayers | undefined;

  /** @param folder of the local cache. Default: {@link cacheFolder}. */
  constructor(folder?: string, caches: CacheOptions = {}) {
    this.#folder = folder;
    this.caches = caches;
  }

  // Only where they are used: a destroy needs no cache, and must not fail because of its settings.
  get cache(): LayerCache {
    return (this.#cache ??= new LayerCache(this.#folder ?? cacheFolder()));
  }

  get knownLayers(): KnownLayers {
    return (this.#knownLayers ??= new KnownLayers(this.cache));
  }
}
