/**
 * What the main thread and a thread that packs layers say to each other. An order is a layer, and then the
 * NAR of each of its store paths in the tar's order; or one NAR alone, which is read for its listing.
 * @module
 */
import type { SentError } from "../base/sent-error.ts";
import type { LayerCompression } from "../formats/layer/compressor.ts";
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

export type ToLayerThread =
  | LayerOrder
  | NarOrder
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "nar ends" };

export type FromLayerThread =
  /** One more chunk may be sent. `read` counts the bytes of the NAR, decompressed, that have been used. */
  | { readonly kind: "taken"; readonly read: number }
  | { readonly kind: "nar read"; readonly listing: Listing }
  | { readonly kind: "layer packed"; readonly identity: LayerIdentity }
  /** The thread does nothing more. `blame` is "nar" if another cache may do better. */
  | { readonly kind: "failed"; readonly error: SentError; readonly blame: "nar" | "layer" };

/** Chunks on their way to a thread: enough that it need not wait for the network, and few in memory. */
export const CHUNKS_AHEAD = 8;
