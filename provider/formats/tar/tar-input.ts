import type { ByteString } from "../../base/byte-string.ts";
import type { Bytes } from "../../base/bytes.ts";
import { LixImageError } from "../../base/errors.ts";
import { BLOCK_SIZE } from "./block.ts";

/** The blocks of a tar over chunks that end anywhere. */
export class TarInput {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #label: string;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Offset in the archive of the chunk's first byte. */
  #base = 0;

  /** `label` names the archive in messages. */
  constructor(source: Bytes, label: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#label = label;
  }

  /** Reads a few bytes into memory. They are valid until the next call. */
  async take(size: number): Promise<Buffer> {
    if (this.#chunk.length - this.#at >= size) {
      this.#at += size;
      return this.#chunk.subarray(this.#at - size, this.#at);
    }
    const parts: Uint8Array[] = [];
    for await (const part of this.contents(size)) parts.push(part);
    return Buffer.concat(parts);
  }

  /** The next `size` bytes as they come in, uncopied. */
  async *contents(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0;) {
      if (this.#at === this.#chunk.length) await this.#more();
      const bytes = this.#chunk.subarray(this.#at, this.#at + left);
      this.#at += bytes.length;
      left -= bytes.length;
      if (bytes.length > 0) yield bytes;
    }
  }

  /** What follows `size` bytes up to the next block. */
  async padding(size: number): Promise<void> {
    await this.take(-size & (BLOCK_SIZE - 1));
  }

  /** The offset of the next byte in the archive. */
  get offset(): number {
    return this.#base + this.#at;
  }

  malformed(problem: string): TarMalformed {
    return new TarMalformed(this.#label, this.offset, problem);
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #more(): Promise<void> {
    this.#base += this.#chunk.length;
    this.#at = 0;
    const next = await this.#source.next();
    const chunk = next.done === true ? undefined : next.value;
    this.#chunk = Buffer.from(chunk?.buffer ?? EMPTY, chunk?.byteOffset, chunk?.byteLength);
    if (chunk === undefined) throw this.malformed("it ends too early");
  }
}

const EMPTY = new ArrayBuffer(0);

/** A field's text: up to its first NUL. */
export function cString(bytes: Buffer): ByteString {
  const end = bytes.indexOf(0);
  return bytes.toString("latin1", 0, end < 0 ? bytes.length : end);
}

export class TarMalformed extends LixImageError {
  readonly code = "TAR_MALFORMED";
  constructor(label: string, offset: number, problem: string) {
    super(`${label}: not a tar archive that can be used, at byte ${offset}: ${problem}`);
  }
}
