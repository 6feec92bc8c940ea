/**
 * Layers and listings that need not be built or read again: layers by LayerKey, listings by narHash. They come
 * from the states of resources and from the local cache. They are kept as long as the process runs, because the
 * second check of a replacement gets no state.
 * @module
 */
import { isEarlierCompressor, isOwnCompressor } from "../formats/layer/layer-compression.ts";
import type { Listing } from "../formats/nix/listing.ts";
import type { NarHash } from "../formats/nix/nix-hash.ts";
import type { KnownLayer, LayerCache } from "./layer-cache.ts";
import type { LayerKey, PlanKey } from "../plan/recipe.ts";

export class KnownLayers {
  readonly #cache: LayerCache;
  readonly #layers = new Map<LayerKey, KnownLayer>();
  readonly #listings = new Map<NarHash, Listing>();
  readonly #earlier = new Set<LayerKey>();
  readonly #plans = new Set<string>();

  constructor(cache: LayerCache) {
    this.#cache = cache;
  }

  /** Adds what a state recorded. The first record of a key stays, so that a process never changes its answer. */
  seed(state: {
    readonly layers: ReadonlyMap<LayerKey, KnownLayer>;
    readonly listings: ReadonlyMap<NarHash, Listing>;
  }): void {
    for (const [key, known] of state.layers)
      if (!this.#layers.has(key)) this.#layers.set(key, known);
    for (const key of earlierLayers(state.layers)) this.#earlier.add(key);
    for (const [hash, known] of state.listings)
      if (!this.#listings.has(hash)) this.#listings.set(hash, known);
  }

  /** The {@link earlierLayers} of all states. */
  get earlierLayers(): ReadonlySet<LayerKey> {
    return this.#earlier;
  }

  /** Adds the PlanKey of a resource's inputs, and ignores anything else. */
  seedPlan(planKey: unknown): void {
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
    // If this machine had to build the layer again, the old digest must not be promised.
    const now = isOwnCompressor(known.compressor)
      ? known
      : ((await this.#cache.successors.of(known.digest)) ?? known);
    this.#layers.set(key, now);
    return now;
  }

  async addLayer(key: LayerKey, known: KnownLayer): Promise<void> {
    const before = this.#layers.get(key);
    this.#layers.set(key, known);
    await this.#cache.remember(key, known);
    if (before !== undefined && before.digest !== known.digest)
      await this.#cache.successors.add(before.digest, known);
  }

  /** Only what this process has seen: planning is synchronous. */
  readonly listing = (narHash: NarHash): Listing | undefined => this.#listings.get(narHash);

  /** Looks into the local cache as well. */
  async findListing(narHash: NarHash): Promise<Listing | undefined> {
    const known = this.#listings.get(narHash) ?? (await this.#cache.listing(narHash));
    if (known !== undefined) this.#listings.set(narHash, known);
    return known;
  }

  async addListing(narHash: NarHash, listing: Listing): Promise<void> {
    this.#listings.set(narHash, listing);
    await this.#cache.addListing(narHash, listing);
  }
}

/** The layers of a state that a new image would have with other bytes. */
export const earlierLayers = (layers: ReadonlyMap<LayerKey, KnownLayer>): ReadonlySet<LayerKey> =>
  new Set(
    [...layers].flatMap(([key, known]) => (isEarlierCompressor(known.compressor) ? key : [])),
  );
