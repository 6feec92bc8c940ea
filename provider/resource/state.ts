/**
 * `__state`: what check knows, kept in the resource's inputs as one compact string, so that a machine with
 * nothing but the state plans without a download. Only check writes it. It is used only if its checksum is
 * right: one that was edited or damaged is ignored.
 *
 * Any version must read any older state: `version` counts, and each step has a golden test. A state that cannot
 * be read is ignored, without an error.
 * @module
 */
import { createHash } from "node:crypto";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { z } from "zod";
import { canonicalJson, type Json } from "../base/canonical-json.ts";
import { log } from "../base/log.ts";
import { KnownLayerJson, type KnownLayer } from "../image/layer-cache.ts";
import type { Listing } from "../formats/nix/listing.ts";
import { listingFromJson, listingToJson, shortenListing } from "../formats/nix/listing-json.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import { ListingChoice, type MeasuredListing } from "./listing-choice.ts";
import { FORMAT_VERSION, type LayerKey } from "../plan/recipe.ts";

/** Characters; gRPC and the engine's own limits are far above, people's diffs are not. */
const MAX_LENGTH = 64_000;

export interface ResourceState {
  readonly lockSha256: string;
  readonly layers: ReadonlyMap<LayerKey, KnownLayer>;
  readonly listings: ReadonlyMap<NarHash, Listing>;
  /** What each layer holds, by platform. Undefined in a state of the first release. */
  readonly names?: LayerNames | undefined;
}

export type LayerNames = Readonly<Record<string, Readonly<Record<LayerKey, string>>>>;

interface DamagedStates {
  readonly damagedStates: Set<string>;
}

// 32 bytes are 42 digits and 4 bits: the last digit has two zeros.
const SRI = /^sha256-[0-9A-Za-z+/]{42}[AEIMQUYcgkosw048]=$/;
const LAYER_KEY = /^[0-9a-f]{64}$/;

const NOTHING: ResourceState = { lockSha256: "", layers: new Map(), listings: new Map() };

// No layer of ours comes near it, but a size with a digit or two too many may.
const MAX_LAYER_SIZE = 2 ** 44;

// Strict, so that a damaged name of `checksum` does not make a state look like one before checksums.
const StateJson = z.strictObject({
  version: z.literal(1),
  formatVersion: z.int(),
  lockSha256: z.string().regex(/^([0-9a-f]{64})?$/),
  layers: z.record(
    z.string(),
    KnownLayerJson.refine(({ size }) => size > 0 && size <= MAX_LAYER_SIZE),
  ),
  listings: z.record(z.string(), z.unknown()),
  names: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  /** Missing in states of the first release. */
  checksum: z.string().optional(),
});

export const ResourceState = {
  /** Leaves out the listings that are worth least when all would be too long: they can be learned again. */
  format(state: ResourceState): string {
    let choice = ListingChoice.of(state.listings, MAX_LENGTH);
    for (;;) {
      const contents = {
        formatVersion: FORMAT_VERSION,
        lockSha256: state.lockSha256,
        layers: Object.fromEntries([...state.layers].map(([key, layer]) => [key, { ...layer }])),
        listings: listingsJson(choice),
        names: state.names,
      };
      const text = pack({ version: 1, ...contents, checksum: checksumOf(contents) });
      if (text.length <= MAX_LENGTH || choice.length === 0) return text;
      choice = ListingChoice.reduce(choice, text.length / MAX_LENGTH);
    }
  },

  /**
   * Whether the earlier state of the same image is still right. It may lack listings for which it had no room:
   * packing `now` would then give the same text, and take longer than the rest of a check.
   */
  covers(before: ResourceState, now: ResourceState): boolean {
    const listed = [...before.listings.keys()].every((key) => now.listings.has(key));
    return sameImage(before, now) && listed;
  },

  /** Whether the two would be written as the same text: listings are compared by their narHash. */
  same(a: ResourceState, b: ResourceState): boolean {
    const sameListings =
      a.listings.size === b.listings.size &&
      [...a.listings.keys()].every((key) => b.listings.has(key));
    return sameImage(a, b) && sameListings;
  },

  /**
   * What `__state` says, which may be anything.
   * @param memory gets the texts that cannot be believed. The user is warned of each once.
   */
  parse(value: unknown, memory?: DamagedStates): ResourceState {
    if (typeof value !== "string") return NOTHING;
    const state = believed(unpack(value));
    if (state === undefined && memory !== undefined) warnOnce(memory, value);
    return state ?? NOTHING;
  },
};

function sameImage(a: ResourceState, b: ResourceState): boolean {
  const sameLayers =
    a.layers.size === b.layers.size &&
    [...a.layers].every(([key, layer]) => b.layers.get(key)?.digest === layer.digest);
  return a.lockSha256 === b.lockSha256 && sameLayers;
}

/** Sorted, so that a choice is always written as the same text. */
const listingsJson = (choice: readonly MeasuredListing[]): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    choice
      .map(({ narHash, listing }): [NarHash, Json] => [
        narHash,
        listingToJson(shortenListing(listing)),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

function believed(json: unknown): ResourceState | undefined {
  const read = StateJson.safeParse(json);
  if (!read.success) return undefined;
  const { formatVersion, lockSha256, names, checksum } = read.data;
  // A later release's, not a damaged one.
  if (formatVersion < 1 || formatVersion > FORMAT_VERSION) return NOTHING;
  const listings = new Map<NarHash, Listing>();
  for (const [hash, listing] of Object.entries(read.data.listings)) {
    const known = listingFromJson(listing);
    if (known !== undefined && SRI.test(hash)) listings.set(NarHash.parse(hash), known);
  }
  const layers = new Map(Object.entries(read.data.layers));
  if (checksum === undefined) {
    if (![...layers.keys()].every((key) => LAYER_KEY.test(key))) return undefined;
  } else {
    const inJson = [...listings].map(([hash, listing]) => [hash, listingToJson(listing)] as const);
    const contents = {
      ...{ formatVersion, lockSha256, layers: read.data.layers },
      listings: Object.fromEntries(inJson),
      names,
    };
    if (checksum !== checksumOf(contents)) return undefined;
  }
  return { lockSha256, layers, listings, ...(names && { names }) };
}

/** The checksum covers the parsed contents, not the text, so it leaves out what cannot be parsed. */
const checksumOf = (contents: Json): string =>
  createHash("sha256").update(canonicalJson(contents)).digest("hex").slice(0, CHECKSUM_DIGITS);

// Against accidents, and against edits that do not mean to deceive; 96 bits keep the state short.
const CHECKSUM_DIGITS = 24;

function warnOnce({ damagedStates }: DamagedStates, text: string): void {
  if (damagedStates.has(text)) return;
  damagedStates.add(text);
  log.warn(
    "the `__state` of an image in the stack's state is damaged or was edited; " +
      "it is ignored, and its contents are computed again",
  );
}

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
