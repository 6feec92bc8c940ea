/**
 * zstd by the reference implementation, as one frame. The bytes are those of zstd 1.5.7 in Node.
 * @module
 */
import type { Codec } from "./codec.ts";
import { fill, WasmPool, written, type WasmCodec } from "./wasm.ts";

/** wasm/zstd.c */
interface Zstd extends WasmCodec {
  readonly begin: (level: number) => number;
  readonly feed: (size: number) => void;
  readonly compress: (isEnd: number) => number;
  readonly writtenSize: () => number;
}

const pool = new WasmPool<Zstd>("zstd");

/** For one blob. @param level 1..19 */
export function zstdEncoder(level: number): Codec {
  const zstd = pool.take();
  if (zstd.begin(level) === 0) throw new RangeError("no memory to compress");
  const compress = function* (isEnd: boolean): Generator<Uint8Array, void> {
    for (let left = 1; left > 0;) {
      left = zstd.compress(isEnd ? 1 : 0);
      if (left < 0) throw new RangeError("no memory to compress");
      const size = zstd.writtenSize();
      if (size > 0) yield written(zstd, size);
    }
  };
  return {
    *push(chunk) {
      for (let at = 0; at < chunk.length;) {
        const size = fill(zstd, chunk.subarray(at));
        at += size;
        zstd.feed(size);
        yield* compress(false);
      }
    },
    // Not together with the last input: if the contents came as one chunk, zstd would write their size into the
    // header.
    *end() {
      zstd.feed(0);
      yield* compress(true);
      pool.keep(zstd);
    },
  };
}
