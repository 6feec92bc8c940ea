/**
 * What the main thread and a thread that packs layers say to each other. An order is a layer, and then the
 * NAR of each of its store paths in the tar's order; or one NAR alone, which is read for its listing.
 * @module
 */
import type { SentError } from "../base/sent-error.ts";
import type { LayerCompression } from "../formats/layer/layer-compression.ts";
import type { LayerDirectory } from "../formats/layer/layer-tree.ts";
import type { Listing } from "../formats/nix/listing.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { LayerIdentity } from "../formats/oci/layer.ts";

export interface LayerOrder {
  readonly kind: "layer";
  readonly root: LayerDirectory;
  readonly compression: LayerCompression;
  /** The open file that gets the blob. */
  readonly fd: number;
}

/** The bytes that follow are a NAR as a cache stores it. */
export interface NarOrder {
  readonly kind: "nar";
  readonly info: PathInfo;
  /** Names the cache in messages. */
  readonly from: string;
  /** What its narinfo says; see decompress. */
  readonly compression: string;
}

export interface NarPart {
  readonly kind: "part";
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isLast: boolean;
}

export type ToLayerThread = LayerOrder | NarOrder | NarPart;

export type FromLayerThread =
  /** `parts` more parts have been used; they and those before made `read` bytes of the NAR. */
  | { readonly kind: "taken"; readonly parts: number; readonly read: number }
  /** All parts have been used, also those that were not reported as taken. */
  | { readonly kind: "nar read"; readonly listing: Listing }
  | { readonly kind: "layer packed"; readonly identity: LayerIdentity }
  /** The thread has given up. `blame` is "nar" if another cache may do better. */
  | { readonly kind: "failed"; readonly error: SentError; readonly blame: "nar" | "layer" };

/**
 * Bytes of a part. Waking a thread for each chunk of a socket would cost more than decoding it. A small NAR is
 * one message, and its answer another.
 */
export const PART_SIZE = 256 * 1024;
/**
 * How many parts may be on their way: enough that a thread need not wait for the network, and few in memory.
 */
export const PARTS_AHEAD = 4;
/** How many parts a thread uses before it reports them. */
export const PARTS_TAKEN = 2;
