import type { Bytes } from "../base/bytes.ts";

/** A byte stream whose start can be looked at before it is taken. Its owner must `close` it. */
export class Peekable {
  readonly #source: AsyncIterator<Uint8Array>;
  #head: Uint8Array | undefined;

  constructor(source: Bytes) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next `size` bytes without taking them; fewer only at the end of the stream. */
  async peek(size: number): Promise<Uint8Array> {
    while ((this.#head?.length ?? 0) < size) {
      const next = await this.#source.next();
      if (next.done === true) break;
      this.#head = this.#head === undefined ? next.value : Buffer.concat([this.#head, next.value]);
    }
    return (this.#head ?? EMPTY).subarray(0, size);
  }

  /** The next chunk, however long; undefined at the end. */
  async take(): Promise<Uint8Array | undefined> {
    const head = this.#head;
    this.#head = undefined;
    if (head !== undefined && head.length > 0) return head;
    const next = await this.#source.next();
    return next.done === true ? undefined : next.value;
  }

  /** Puts the rest of a taken chunk back. */
  untake(rest: Uint8Array): void {
    this.#head = rest;
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    for (let chunk; (chunk = await this.take()) !== undefined;) yield chunk;
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

const EMPTY = new Uint8Array(0);
