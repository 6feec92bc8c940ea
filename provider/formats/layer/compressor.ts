/**
 * Compression whose bytes depend on the input and the level alone: not on the chunks the input comes in, the
 * machine, or the version of Node.
 * @module
 */
import type { Bytes } from "../../base/bytes.ts";
import { throughCodec, type Pieces } from "../../compression/codec.ts";
import { gzipEncoder } from "../../compression/gzip-encoder.ts";
import { zstdEncoder } from "../../compression/zstd-encoder.ts";
import { LayerCompression } from "./layer-compression.ts";
import { zlibGzip } from "./zlib-gzip.ts";

export function compress(
  source: Bytes,
  compression: LayerCompression,
  pieces: Pieces = "copies",
): Bytes {
  const { algorithm, level } = compression;
  if (algorithm === "zstd") return throughCodec(source, zstdEncoder(level), pieces);
  return LayerCompression.formatVersion(compression) === 1
    ? zlibGzip(source, level)
    : throughCodec(source, gzipEncoder(level), pieces);
}
