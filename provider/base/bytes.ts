/**
 * The one stream type inside: an async iterable of chunks. A stage is an async generator
 * `(source: Bytes, …) => Bytes`; backpressure, errors and cleanup come with the language.
 * @module
 */

/** Chunks of a byte stream; 64 KiB or more each where the producer can choose. */
export type Bytes = AsyncIterable<Uint8Array>;

export const Bytes = {
  /** A stream of the given chunks. */
  async *of(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    yield* chunks;
  },

  /**
   * The whole stream in memory. Throws a RangeError beyond `limit` bytes, which the caller translates;
   * where there is a budget for it, see collectWithin. Default: no limit, for what we made ourselves.
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

  /** UTF-8 bytes of a text. */
  fromText: (text: string): Uint8Array => Buffer.from(text, "utf8"),
};
