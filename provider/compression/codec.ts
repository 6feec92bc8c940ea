import type { Bytes } from "../base/bytes.ts";

/**
 * A compressor or decompressor that works in the thread that calls it, and never waits: for a worker, whose
 * only work it is. One serves one stream.
 */
export interface Codec {
  /**
   * The output for the chunk, piece by piece; nothing is computed before the pieces are requested. A piece is a
   * view of the codec's memory: the next piece overwrites it.
   */
  push(chunk: Uint8Array): Iterable<Uint8Array>;
  /** The last pieces. Nothing may be pushed afterwards. */
  end(): Iterable<Uint8Array>;
}

/** A stream through a codec, in this thread. The pieces are copies. */
export async function* throughCodec(source: Bytes, codec: Codec): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) for (const piece of codec.push(chunk)) yield piece.slice();
  for (const piece of codec.end()) yield piece.slice();
}
