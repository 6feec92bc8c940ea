import type { Bytes } from "../base/bytes.ts";
import { lixError } from "../errors/lix-error.ts";
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
      ? lixError("LAYER_UNDECODABLE", { from, mediaType }, { cause: error })
      : error;
  }
}

/** Docker's own types end in `.gzip`. */
function compressionOf(mediaType: string): "gzip" | "zstd" | "none" {
  if (mediaType.endsWith("gzip")) return "gzip";
  return mediaType.endsWith("zstd") ? "zstd" : "none";
}
