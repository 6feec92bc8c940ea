/**
 * One codec in one thread, its output thrown away:
 *
 *     codec.ts xz LIST       decodes the .xz files that the list names, one a line
 *     codec.ts gzip FILE     compresses as a layer of today
 *     codec.ts zlib FILE     compresses as a layer of format version 1
 *     codec.ts zstd FILE
 * @module
 */
import { createReadStream, readFileSync } from "node:fs";
import { xzDecoder } from "../../../provider/compression/xz-decoder.ts";
import { compress } from "../../../provider/formats/layer/compressor.ts";
import type { LayerCompression } from "../../../provider/formats/layer/layer-compression.ts";

const HOW: Readonly<Record<string, LayerCompression>> = {
  gzip: { algorithm: "gzip", level: 4 },
  zlib: { algorithm: "gzip", level: 4, formatVersion: 1 },
  zstd: { algorithm: "zstd", level: 3 },
};

const [, , what = "", file = ""] = process.argv;
const compression = HOW[what];
if (compression !== undefined)
  for await (const _ of compress(
    createReadStream(file, { highWaterMark: 256 * 1024 }),
    compression,
  ));
else
  for (const nar of readFileSync(file, "utf8").split("\n")) {
    const decoder = xzDecoder();
    for (const _ of decoder.push(readFileSync(nar)));
    for (const _ of decoder.end());
  }
