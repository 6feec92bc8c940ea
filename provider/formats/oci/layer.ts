import type { Bytes } from "../../base/bytes.ts";
import type { DiffId, Digest } from "./digest.ts";
import type { LayerMediaType } from "./media-type.ts";

/** What is known of a layer before any byte of it is at hand. */
export interface LayerIdentity {
  readonly diffId: DiffId;
  readonly digest: Digest;
  /** Bytes of the (compressed) blob. */
  readonly size: number;
  readonly mediaType: LayerMediaType;
}

/** A blob whose bytes can be had, as often as asked: each call of `open` starts anew. */
export interface Blob {
  readonly digest: Digest;
  readonly size: number;
  readonly open: () => Bytes;
}
