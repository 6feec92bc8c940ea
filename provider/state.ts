/**
 * `__state`: what check knows, kept in the resource's inputs as one compact string, so that a machine
 * with nothing but the state plans without a download. Only check writes it; it is trusted.
 *
 * Any version must read any older state: `version` counts, and each step has a golden test. What
 * cannot be read teaches nothing, and is no error.
 * @module
 */
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { z } from "zod";
import type { Json } from "./base/canonical-json.ts";
import { KnownLayerJson, type KnownLayer } from "./layer-cache/layer-cache.ts";
import type { Listing } from "./nix/listing.ts";
import { listingFromJson, listingToJson, shortenListing } from "./nix/listing-json.ts";
import { NarHash } from "./nix/nix-hash.ts";
import { FORMAT_VERSION, type LayerKey } from "./plan/recipe.ts";

/** Characters; gRPC and the engine's own limits are far above, people's diffs are not. */
const MAX_LENGTH = 64_000;

export interface ResourceState {
  readonly lockSha256: string;
  readonly layers: ReadonlyMap<LayerKey, KnownLayer>;
  readonly listings: ReadonlyMap<NarHash, Listing>;
}

const SRI = /^sha256-[0-9A-Za-z+/]{43}=$/;

const NOTHING: ResourceState = { lockSha256: "", layers: new Map(), listings: new Map() };

const StateJson = z.object({
  version: z.literal(1),
  formatVersion: z.int(),
  lockSha256: z.string(),
  layers: z.record(z.string(), KnownLayerJson),
  listings: z.record(z.string(), z.unknown()),
});

export const ResourceState = {
  /** Leaves out the largest listings when all would be too long: they can be learned again. */
  format(state: ResourceState): string {
    const listings = [...state.listings]
      .map(([hash, listing]): [NarHash, Json] => [hash, listingToJson(shortenListing(listing))])
      .sort(([, a], [, b]) => JSON.stringify(a).length - JSON.stringify(b).length);
    for (;;) {
      const text = pack({
        version: 1,
        formatVersion: FORMAT_VERSION,
        lockSha256: state.lockSha256,
        layers: Object.fromEntries([...state.layers].map(([key, layer]) => [key, { ...layer }])),
        listings: Object.fromEntries(listings),
      });
      if (text.length <= MAX_LENGTH || listings.length === 0) return text;
      listings.pop();
    }
  },

  /** Whether the two would be written as the same text: listings are told by their narHash. */
  same(a: ResourceState, b: ResourceState): boolean {
    const sameListings =
      a.listings.size === b.listings.size &&
      [...a.listings.keys()].every((key) => b.listings.has(key));
    const sameLayers =
      a.layers.size === b.layers.size &&
      [...a.layers].every(([key, layer]) => b.layers.get(key)?.digest === layer.digest);
    return a.lockSha256 === b.lockSha256 && sameLayers && sameListings;
  },

  /** Of `olds.__state`, whatever it is. */
  parse(value: unknown): ResourceState {
    if (typeof value !== "string") return NOTHING;
    const read = StateJson.safeParse(unpack(value));
    if (!read.success || read.data.formatVersion !== FORMAT_VERSION) return NOTHING;
    const listings = new Map<NarHash, Listing>();
    for (const [hash, json] of Object.entries(read.data.listings)) {
      const listing = listingFromJson(json);
      if (listing !== undefined && SRI.test(hash)) listings.set(NarHash.parse(hash), listing);
    }
    const layers = new Map(Object.entries(read.data.layers));
    return { lockSha256: read.data.lockSha256, layers, listings };
  },
};

function pack(value: Json): string {
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };
  return brotliCompressSync(JSON.stringify(value), options).toString("base64");
}

function unpack(text: string): unknown {
  try {
    const options = { maxOutputLength: 16 * 1024 * 1024 };
    return JSON.parse(brotliDecompressSync(Buffer.from(text, "base64"), options).toString("utf8"));
  } catch {
    return undefined;
  }
}
