/**
 * The only stream type in the provider: an async iterable of chunks. A stage is an async generator
 * `(source: Bytes, …) => Bytes`; backpressure, errors and cleanup come with the language.
 * @module
 */

/** Chunks of a byte stream. A producer that can choose makes them 64 KiB or larger. */
export type Bytes = AsyncIterable<Uint8Array>;

/**
 * A blob of the local cache, which compares it with its digest. It can also be read through a few buffers, and then
 * leaves nothing to the garbage collector.
 */
export interface BufferedBytes extends Bytes {
  /** The same bytes. A chunk may be overwritten when two more have been requested. */
  readonly buffered: Bytes;
}

export const Bytes = {
  /** A stream of the given chunks. */
  async *of(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    yield* chunks;
  },

  /**
   * Reads the whole stream into memory. Throws a RangeError beyond `limit` bytes, which the caller translates;
   * if there is a budget, use collectWithin. Default: no limit, for what we made ourselves.
   */
  async collect(source: Bytes, limit = Infinity): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of source) {
      size += chunk.length;
      if (size > limit) throw new RangeError(`expected at most ${limit} bytes; got more`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  },

  /** The stream, for a reader that has used a chunk before it requests two more. */
  buffered: (source: Bytes | BufferedBytes): Bytes =>
    "buffered" in source ? source.buffered : source,

  /**
   * Frees the memory of a chunk that nobody uses any more, long before the garbage collector would. Does nothing
   * if the chunk is part of a larger buffer, whose rest may be in use.
   */
  free(chunk: Uint8Array): void {
    const { buffer } = chunk;
    if (buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength === chunk.length)
      buffer.transfer(0);
  },

  /** UTF-8 bytes of a text. */
  fromText: (text: string): Uint8Array => Buffer.from(text, "utf8"),
};
