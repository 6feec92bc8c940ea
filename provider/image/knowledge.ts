/**
 * What is known without work: layers by LayerKey, listings by narHash. Taught by resource states and
 * by the local cache, kept for the life of the process, because the second check of a replacement
 * gets no state.
 * @module
 */
import { compressorVersion } from "../formats/layer/compressor.ts";
import type { Listing } from "../formats/nix/listing.ts";
import type { NarHash } from "../formats/nix/nix-hash.ts";
import type { KnownLayer, LayerCache } from "./layer-cache.ts";
import type { LayerKey, PlanKey } from "../plan/recipe.ts";

export class Knowledge {
  readonly #cache: LayerCache;
  readonly #layers = new Map<LayerKey, KnownLayer>();
  readonly #listings = new Map<NarHash, Listing>();
  readonly #plans = new Set<string>();

  constructor(cache: LayerCache) {
    this.#cache = cache;
  }

  /** What a state recorded. First come, first kept: one process gives one answer. */
  teach(state: {
    readonly layers: ReadonlyMap<LayerKey, KnownLayer>;
    readonly listings: ReadonlyMap<NarHash, Listing>;
  }): void {
    for (const [key, known] of state.layers)
      if (!this.#layers.has(key)) this.#layers.set(key, known);
    for (const [hash, known] of state.listings)
      if (!this.#listings.has(hash)) this.#listings.set(hash, known);
  }

  /** The PlanKey that a resource has in its inputs; anything else is ignored. */
  teachPlan(planKey: unknown): void {
    if (typeof planKey === "string") this.#plans.add(planKey);
  }

  /** Whether a resource of this process has an image of this plan. */
  hasPlan(planKey: PlanKey): boolean {
    return this.#plans.has(planKey);
  }

  get hasPlans(): boolean {
    return this.#plans.size > 0;
  }

  async layer(key: LayerKey): Promise<KnownLayer | undefined> {
    const known = this.#layers.get(key) ?? (await this.#cache.identity(key));
    if (known === undefined) return undefined;
    // What this machine had to make anew must not be promised as it was before.
    const now = isForeign(known)
      ? ((await this.#cache.successors.of(known.digest)) ?? known)
      : known;
    this.#layers.set(key, now);
    return now;
  }

  async learnLayer(key: LayerKey, known: KnownLayer): Promise<void> {
    const before = this.#layers.get(key);
    this.#layers.set(key, known);
    await this.#cache.remember(key, known);
    if (before !== undefined && before.digest !== known.digest)
      await this.#cache.successors.add(before.digest, known);
  }

  /** Only what this process has seen: planning is synchronous. */
  readonly listing = (narHash: NarHash): Listing | undefined => this.#listings.get(narHash);

  /** Looks into the cache as well. */
  async findListing(narHash: NarHash): Promise<Listing | undefined> {
    const known = this.#listings.get(narHash) ?? (await this.#cache.listing(narHash));
    if (known !== undefined) this.#listings.set(narHash, known);
    return known;
  }

  async learnListing(narHash: NarHash, listing: Listing): Promise<void> {
    this.#listings.set(narHash, listing);
    await this.#cache.addListing(narHash, listing);
  }
}

/** Made by a compressor that may write other bytes than this machine's. */
function isForeign({ compressor }: KnownLayer): boolean {
  const algorithm = compressor.startsWith("zstd:") ? "zstd" : "gzip";
  return compressor !== compressorVersion(algorithm);
}
