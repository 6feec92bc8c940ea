/**
 * Packs a layer: turns its tar into a blob, and computes both digests on the way.
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import type { Bytes } from "../../base/bytes.ts";
import { DiffId, Digest } from "../oci/digest.ts";
import type { LayerIdentity } from "../oci/layer.ts";
import { MediaType } from "../oci/media-type.ts";
import { compress } from "./compressor.ts";
import type { LayerCompression } from "./layer-compression.ts";

/**
 * Passes the blob to `sink` chunk by chunk; a chunk is overwritten after the promise has been resolved. The digest is
 * known only after the last chunk.
 */
export async function packLayer(
  tar: Bytes,
  compression: LayerCompression,
  sink: (chunk: Uint8Array) => Promise<void>,
): Promise<LayerIdentity> {
  const tarHash = createHash("sha256");
  const blobHash = createHash("sha256");
  let size = 0;
  for await (const chunk of compress(hashed(tar, tarHash), compression, "views")) {
    blobHash.update(chunk);
    size += chunk.length;
    await sink(chunk);
  }
  return {
    diffId: DiffId.parse(`sha256:${tarHash.digest("hex")}`),
    digest: Digest.parse(`sha256:${blobHash.digest("hex")}`),
    size,
    mediaType: compression.algorithm === "gzip" ? MediaType.layerGzip : MediaType.layerZstd,
  };
}

async function* hashed(source: Bytes, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}
