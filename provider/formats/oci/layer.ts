import type { Bytes } from "../../base/bytes.ts";
import type { DiffId, Digest } from "./digest.ts";
import type { LayerMediaType } from "./media-type.ts";

/** What we know about a layer before we have its bytes. */
export interface LayerIdentity {
  readonly diffId: DiffId;
  readonly digest: Digest;
  /** Bytes of the (compressed) blob. */
  readonly size: number;
  readonly mediaType: LayerMediaType;
}

/** A blob whose bytes can be read several times: each call of `open` starts from the beginning. */
export interface Blob {
  readonly digest: Digest;
  readonly size: number;
  readonly open: () => Bytes;
}
