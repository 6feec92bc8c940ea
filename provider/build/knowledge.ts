/**
 * What is known without work: layers by LayerKey, listings by narHash. Taught by resource states and
 * by the local cache, kept for the life of the process, because the second check of a replacement
 * gets no state.
 * @module
 */
import type { Listing } from "../nix/listing.ts";
import type { NarHash } from "../nix/nix-hash.ts";
import type { KnownLayer, LayerCache } from "../layer-cache/layer-cache.ts";
import type { LayerKey } from "../plan/recipe.ts";

export class Knowledge {
  readonly #cache: LayerCache;
  readonly #layers = new Map<LayerKey, KnownLayer>();
  readonly #listings = new Map<NarHash, Listing>();

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

  async layer(key: LayerKey): Promise<KnownLayer | undefined> {
    const known = this.#layers.get(key) ?? (await this.#cache.identity(key));
    if (known !== undefined) this.#layers.set(key, known);
    return known;
  }

  async learnLayer(key: LayerKey, known: KnownLayer): Promise<void> {
    this.#layers.set(key, known);
    await this.#cache.remember(key, known);
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
