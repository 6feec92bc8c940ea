/**
 * The primitives of a NAR (u64, padded strings) over chunks that end anywhere. Generators, so that
 * the grammar above them reads straight on: they yield {@link MORE} where the input runs out.
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import type { LixImageError } from "../../base/errors.ts";
import { lixError } from "../../errors/lix-error.ts";
import type { NarEvent } from "./nar-event.ts";

/** Yielded by a parser that cannot go on before the next chunk. */
export const MORE = Symbol("more input");

export class NarInput {
  /** The entry being read, for messages. */
  path: ByteString = "";
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Offset in the archive of the chunk's first byte. */
  #base = 0;
  /** Offset of what is being read, for messages. */
  #start = 0;

  /** Only after everything before it has been read. */
  feed(chunk: Uint8Array): void {
    this.#base += this.#chunk.length;
    this.#chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#at = 0;
  }

  expectEnd(): void {
    this.#begin();
    if (this.#at < this.#chunk.length) throw this.malformed("expected the end; got more bytes");
  }

  *expect(literal: Buffer): Generator<typeof MORE, void, void> {
    // Most literals lie within one chunk and are compared in place.
    const end = this.#at + literal.length;
    if (
      end <= this.#chunk.length &&
      this.#chunk.compare(literal, 0, literal.length, this.#at, end) === 0
    ) {
      this.#at = end;
      return;
    }
    for (const byte of literal) {
      this.#begin();
      if ((yield* this.#take(1))[0] === byte) continue;
      throw this.malformed(`expected ${words(literal)}; got other bytes`);
    }
  }

  /** A string of at most `limit` bytes, without its padding. */
  *string(what: string, limit: number): Generator<typeof MORE, ByteString, void> {
    const size = yield* this.length();
    if (size > limit) throw this.malformed(`${what} of ${size} bytes; at most ${limit}`);
    const text = (yield* this.#take(size)).toString("latin1");
    const start = this.#start;
    yield* this.padding(size);
    this.#start = start;
    return text;
  }

  *length(): Generator<typeof MORE, number, void> {
    this.#begin();
    const bytes = yield* this.#take(8);
    const length = bytes.readUInt32LE(0) + bytes.readUInt32LE(4) * 2 ** 32;
    if (!Number.isSafeInteger(length))
      throw this.malformed("expected a length; got more than 2^53 - 1");
    return length;
  }

  /** The next `size` bytes as they come in, uncopied. */
  *contents(size: number): Generator<NarEvent | typeof MORE, void, void> {
    for (let left = size; left > 0;) {
      if (this.#at === this.#chunk.length) {
        yield MORE;
        continue;
      }
      const bytes = this.#chunk.subarray(this.#at, this.#at + left);
      this.#at += bytes.length;
      left -= bytes.length;
      yield { kind: "contents", bytes };
    }
  }

  /** The zeros after `size` bytes. */
  *padding(size: number): Generator<typeof MORE, void, void> {
    const count = -size & 7;
    if (count === 0) return;
    this.#begin();
    for (const byte of yield* this.#take(count))
      if (byte !== 0) throw this.malformed("padding must be zeros");
  }

  /** Valid until the next feed. */
  *#take(size: number): Generator<typeof MORE, Buffer, void> {
    if (this.#chunk.length - this.#at >= size) {
      this.#at += size;
      return this.#chunk.subarray(this.#at - size, this.#at);
    }
    const whole = Buffer.alloc(size);
    for (let filled = 0; filled < size;) {
      if (this.#at === this.#chunk.length) {
        yield MORE;
        continue;
      }
      const copied = this.#chunk.copy(whole, filled, this.#at);
      this.#at += copied;
      filled += copied;
    }
    return whole;
  }

  /** About what was read last. */
  malformed(problem: string): LixImageError {
    return lixError("NAR_MALFORMED", {
      path: ByteString.toText(this.path),
      offset: this.#start,
      problem,
    });
  }

  /** About an input that ends here. */
  truncated(): LixImageError {
    const end = this.#base + this.#chunk.length;
    return lixError("NAR_MALFORMED", {
      path: ByteString.toText(this.path),
      offset: end,
      problem: "ends too early",
    });
  }

  #begin(): void {
    this.#start = this.#base + this.#at;
  }
}

const words = (literal: Buffer): string =>
  JSON.stringify(
    literal
      .toString("latin1")
      .replace(/[^ -~]+/g, " ")
      .trim(),
  );
