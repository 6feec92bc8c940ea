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

/** Views are for a reader that has used each piece when it requests the next one, which overwrites it. */
export type Pieces = "copies" | "views";

/** A stream through a codec, in this thread. */
export async function* throughCodec(
  source: Bytes,
  codec: Codec,
  pieces: Pieces = "copies",
): AsyncGenerator<Uint8Array> {
  const lend = (piece: Uint8Array): Uint8Array => (pieces === "views" ? piece : piece.slice());
  for await (const chunk of source) for (const piece of codec.push(chunk)) yield lend(piece);
  for (const piece of codec.end()) yield lend(piece);
}
