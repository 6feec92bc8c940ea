/** Layers as they come out of their blobs. @module */
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from "node:zlib";
import type { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";

const CHUNK_SIZE = 256 * 1024;

/** The tar of a layer. `mediaType` is that of its blob; `from` names the blob in messages. */
export async function* decompressLayer(
  source: Bytes,
  mediaType: string,
  from: string,
): AsyncGenerator<Uint8Array> {
  const decoder = decoderOf(mediaType);
  if (decoder === undefined) return yield* source;
  const fed = pipeline(source, decoder);
  fed.catch(() => {}); // Whoever reads the decoder is told.
  try {
    // A Transform iterates as `any`; decoders are in byte mode.
    const output: AsyncIterable<Uint8Array> = decoder;
    yield* output;
    await fed;
  } catch (error) {
    throw isDecoding(error) ? new LayerUndecodable(from, mediaType, error) : error;
  } finally {
    decoder.destroy();
  }
}

function decoderOf(mediaType: string): Gunzip | ZstdDecompress | undefined {
  if (mediaType.endsWith("gzip")) return createGunzip({ chunkSize: CHUNK_SIZE });
  if (mediaType.endsWith("zstd")) return createZstdDecompress({ chunkSize: CHUNK_SIZE });
  return undefined;
}

/** The source's own failures have other codes, and stay as they are. */
const isDecoding = (error: unknown): boolean =>
  error instanceof Error && "code" in error && /^(Z|ZSTD)_/.test(String(error.code));

export class LayerUndecodable extends LixImageError {
  readonly code = "LAYER_UNDECODABLE";
  constructor(from: string, mediaType: string, cause: unknown) {
    super(`${from}: not what ${mediaType} promises`, {
      hint: "the blob is damaged: remove it, or the local cache, and build again",
      cause,
    });
  }
}
