/**
 * gzip by libdeflate: one member for each MiB of input. The members' contents are joined when they are read
 * (RFC 1952, 2.2). The bytes follow from the input and the level alone: docs/decisions/0003-compression.md.
 * @module
 */
import { crc32 } from "node:zlib";
import type { Codec } from "./codec.ts";
import { fill, WasmPool, written, type WasmCodec } from "./wasm.ts";

/** wasm/libdeflate.c */
interface Libdeflate extends WasmCodec {
  readonly begin: (level: number) => number;
  readonly compress: (size: number, crc32: number) => number;
}

/** libdeflate's level for each of gzip's: each takes less time than zlib does, and makes fewer bytes. */
const LEVELS: readonly number[] = [0, 1, 1, 2, 2, 3, 5, 6, 8, 9];
const pool = new WasmPool<Libdeflate>("libdeflate");

/** For one blob. @param level gzip's, 1..9. */
export function gzipEncoder(level: number): Codec {
  const libdeflate = pool.take();
  if (libdeflate.begin(LEVELS[level] ?? level) === 0) throw new RangeError("no memory to compress");
  const memberSize = libdeflate.inputSize();
  let used = 0;
  let sum = 0;
  let members = 0;
  const member = (): Uint8Array => {
    const size = libdeflate.compress(used, sum);
    used = 0;
    sum = 0;
    members += 1;
    return written(libdeflate, size);
  };
  return {
    *push(chunk) {
      for (let at = 0; at < chunk.length;) {
        const size = fill(libdeflate, chunk.subarray(at), used);
        sum = crc32(chunk.subarray(at, at + size), sum);
        at += size;
        used += size;
        if (used === memberSize) yield member();
      }
    },
    *end() {
      if (used > 0 || members === 0) yield member();
      pool.keep(libdeflate);
    },
  };
}
