/**
 * Finds where a zstd frame ends, without decoding it.
 * @see RFC 8878 3.1
 * @module
 */
import { DamagedCompression, UnsupportedCompression } from "./decompress-errors.ts";

/** What the scan wants next: to see bytes, or to pass over them. */
export type Step = { readonly see: number } | { readonly pass: number };

const ZSTD_MAGIC = 0xfd2fb528;
export const isSkippableMagic = (magic: number): boolean => magic >>> 4 === 0x184d2a5;

// A decoder keeps this much of its output in memory. zstd's own limit: no level goes beyond, and
// what --long=28 and more make cannot be read without that option either.
const WINDOW_LIMIT = 128 * 1024 * 1024;

/** One frame, magic included. Ends where the frame does. */
export function* zstdFrame(): Generator<Step, void, Uint8Array> {
  const magic = littleEndian(yield { see: 4 });
  if (isSkippableMagic(magic)) {
    yield { pass: littleEndian(yield { see: 4 }) };
    return;
  }
  if (magic !== ZSTD_MAGIC)
    throw new DamagedCompression("zstd", "other bytes where a frame should start");
  const hasChecksum = yield* header();
  for (let last = false; !last;) {
    const block = littleEndian(yield { see: 3 });
    last = (block & 1) === 1;
    const kind = (block >>> 1) & 3;
    if (kind === 3) throw new DamagedCompression("zstd", "a block of a reserved kind");
    const RLE = 1;
    yield { pass: kind === RLE ? 1 : block >>> 3 };
  }
  if (hasChecksum) yield { pass: 4 };
}

/** RFC 8878 3.1.1.1; returns whether a checksum follows the blocks. */
function* header(): Generator<Step, boolean, Uint8Array> {
  const descriptor = littleEndian(yield { see: 1 });
  const singleSegment = (descriptor & 0x20) !== 0;
  const window = singleSegment ? Infinity : windowSize(littleEndian(yield { see: 1 }));
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  if (dictionaryBytes > 0 && littleEndian(yield { see: dictionaryBytes }) !== 0)
    throw new UnsupportedCompression("zstd with a dictionary");
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0;
  const size = sizeBytes === 0 ? Infinity : littleEndian(yield { see: sizeBytes });
  if (Math.min(window, size) > WINDOW_LIMIT)
    throw new UnsupportedCompression(`zstd with a window of more than ${WINDOW_LIMIT} bytes`);
  return (descriptor & 4) !== 0;
}

function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >>> 3));
  return base + (base / 8) * (byte & 7);
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
