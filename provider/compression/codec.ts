/**
 * A compressor or decompressor that works in the thread that calls it, and never waits: for a worker, whose
 * only work it is. The streams of this folder are made of them.
 */
export interface Codec {
  /**
   * What the chunk leads to, piece by piece; nothing is done before the pieces are asked for. A piece is a view of
   * the codec's memory: it is overwritten when the next one is asked for.
   */
  push(chunk: Uint8Array): Iterable<Uint8Array>;
  /** The last pieces. Nothing may be pushed afterwards. */
  end(): Iterable<Uint8Array>;
}
