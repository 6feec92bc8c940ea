/**
 * Decodes .xz with liblzma: every filter and check, several streams, and padding between them.
 * @see https://tukaani.org/xz/xz-file-format.txt
 * @module
 */
import type { Codec } from "./codec.ts";
import { DamagedCompression, UnsupportedCompression } from "./decompress-errors.ts";
import { fill, WasmPool, written, type WasmCodec } from "./wasm.ts";

/** wasm/liblzma.c */
interface Liblzma extends WasmCodec {
  readonly begin: (memoryLimit: number) => number;
  readonly feed: (size: number) => void;
  readonly decode: (isEnd: number) => number;
  readonly decodedSize: () => number;
}

const MIB = 1024 * 1024;
// xz -9 has a dictionary of 64 MiB; the decoder itself takes less than one.
const MEMORY_LIMIT = 65 * MIB;

const pool = new WasmPool<Liblzma>("liblzma");

/** For one file. Throws DamagedCompression and UnsupportedCompression. */
export function xzDecoder(): Codec {
  const liblzma = pool.take();
  check(liblzma.begin(MEMORY_LIMIT));
  return {
    *push(chunk) {
      for (let at = 0; at < chunk.length;) {
        const size = fill(liblzma, chunk.subarray(at));
        at += size;
        liblzma.feed(size);
        // If the output buffer is full, more output may be waiting, even though all input was taken.
        for (let piece; (piece = decode(liblzma)).length > 0;) yield piece;
      }
    },
    // All input has been decoded by now, so no piece is left, but it may have ended too early.
    end() {
      liblzma.feed(0);
      while (check(liblzma.decode(1)) !== STREAM_END);
      pool.keep(liblzma);
      return [];
    },
  };
}

function decode(liblzma: Liblzma): Uint8Array {
  const result = liblzma.decode(0);
  // liblzma returns this when it can do nothing without more input.
  if (result !== BUFFER_ERROR) check(result);
  return written(liblzma, liblzma.decodedSize());
}

// lzma_ret in lzma/base.h
const OK = 0;
const STREAM_END = 1;
const MEMORY_ERROR = 5;
const MEMORY_LIMIT_ERROR = 6;
const FORMAT_ERROR = 7;
const OPTIONS_ERROR = 8;
const BUFFER_ERROR = 10;

const HINT = "use a cache that serves zstd, or what `xz -9` makes";

function check(result: number): number {
  switch (result) {
    case OK:
    case STREAM_END:
      return result;
    case MEMORY_ERROR:
    case MEMORY_LIMIT_ERROR:
      throw new UnsupportedCompression("xz with a dictionary above 64 MiB", HINT);
    case OPTIONS_ERROR:
      throw new UnsupportedCompression("xz with a filter that liblzma 5.8 does not know", HINT);
    case FORMAT_ERROR:
      throw new DamagedCompression("xz", "other bytes where a stream should start");
    case BUFFER_ERROR:
      throw new DamagedCompression("xz", "it is cut short");
    default:
      throw new DamagedCompression("xz", "it is damaged");
  }
}
