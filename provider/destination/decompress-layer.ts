import type { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { DamagedCompression } from "../compression/decompress-errors.ts";
import { decompressAs } from "../compression/decompress.ts";
import { boundedExpansion } from "../compression/expansion.ts";

/** The tar of a layer. `mediaType` is that of its blob; `from` names the blob in messages. */
export async function* decompressLayer(
  source: Bytes,
  mediaType: string,
  from: string,
): AsyncGenerator<Uint8Array> {
  try {
    const format = compressionOf(mediaType);
    yield* boundedExpansion(source, from, (bytes) => decompressAs(bytes, format));
  } catch (error) {
    throw error instanceof DamagedCompression
      ? new LayerUndecodable(from, mediaType, error)
      : error;
  }
}

/** Docker's own types end in `.gzip`. */
function compressionOf(mediaType: string): "gzip" | "zstd" | "none" {
  if (mediaType.endsWith("gzip")) return "gzip";
  return mediaType.endsWith("zstd") ? "zstd" : "none";
}

export class LayerUndecodable extends LixImageError {
  readonly code = "LAYER_UNDECODABLE";
  constructor(from: string, mediaType: string, cause: unknown) {
    super(`${from}: not what ${mediaType} promises`, {
      hint: "the blob is damaged: remove it, or the local cache, and build again",
      cause,
    });
  }
}
