/**
 * From entries to the bytes of a tar: contents padded to blocks, two zero blocks at the end and no
 * more, in chunks large enough for hashing and compressing.
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import { lixError } from "../../errors/lix-error.ts";
import { BLOCK_SIZE } from "./block.ts";
import { encodeHeader, type TarHeader } from "./header.ts";

/** A regular file's header is followed by "contents" items whose bytes add up to its size. */
export type TarItem = TarHeader | { readonly kind: "contents"; readonly bytes: Uint8Array };

/**
 * Chunks of 256 KiB, but for the last: their borders do not depend on those of the contents.
 * `slabs` supplies their memory; by default each chunk has its own, and the consumer may keep it.
 */
export async function* packTar(
  items: AsyncIterable<TarItem>,
  slabs: Slabs = freshSlab,
): AsyncGenerator<Uint8Array> {
  const tar = new TarPacker(slabs);
  // Not `yield*`, which would await each item, even one that fills no chunk.
  for await (const item of items) for (const chunk of tar.add(item)) yield chunk;
  for (const chunk of tar.finish()) yield chunk;
}

/** The memory of the next chunk. */
export type Slabs = () => Uint8Array;

const freshSlab: Slabs = () => Buffer.allocUnsafe(SLAB_SIZE);

/** Supplies `count` slabs in turn, so a chunk is overwritten when `count` more have been requested. */
export function slabsInTurn(count: number): Slabs {
  const slabs: Uint8Array[] = [];
  let turn = -1;
  return () => {
    turn = (turn + 1) % count;
    return (slabs[turn] ??= freshSlab());
  };
}

/** Packs entries as they come; each call returns the chunks that are full by then, one when it is asked for. */
export class TarPacker {
  readonly #slabs: Slabs;
  #slab: Uint8Array;
  #used = 0;
  #file: { readonly path: ByteString; readonly size: number } = { path: "/", size: 0 };
  #got = 0;

  constructor(slabs: Slabs = freshSlab) {
    this.#slabs = slabs;
    this.#slab = slabs();
  }

  /** The result must be iterated to its end before the next call. */
  *add(item: TarItem): Generator<Uint8Array, void> {
    if (item.kind !== "contents") {
      this.#endFile();
      this.#file = { path: item.path, size: item.kind === "regular" ? item.size : 0 };
      this.#got = 0;
      yield* this.#put(encodeHeader(item));
      return;
    }
    const { path, size } = this.#file;
    this.#got += item.bytes.length;
    if (this.#got > size)
      throw lixError("CONTENTS_MISMATCH", { path, size, got: `${this.#got} or more` });
    yield* this.#put(item.bytes);
    // The bitwise operator cuts to 32 bits. That does no harm, because 2^32 is a multiple of a block.
    if (this.#got === size) yield* this.#put(ZEROS.subarray(0, -size & (BLOCK_SIZE - 1)));
  }

  *finish(): Generator<Uint8Array, void> {
    this.#endFile();
    yield* this.#put(ZEROS);
    if (this.#used > 0) yield this.#slab.subarray(0, this.#used);
  }

  #endFile(): void {
    const { path, size } = this.#file;
    if (this.#got !== size)
      throw lixError("CONTENTS_MISMATCH", { path, size, got: String(this.#got) });
  }

  /** Copies into slabs: 415,000 small chunks would cost the next stages more than this. */
  *#put(piece: Uint8Array): Generator<Uint8Array, void> {
    let taken = 0;
    while (piece.length - taken >= SLAB_SIZE - this.#used) {
      const end = taken + SLAB_SIZE - this.#used;
      this.#slab.set(piece.subarray(taken, end), this.#used);
      yield this.#slab;
      this.#slab = this.#slabs();
      taken = end;
      this.#used = 0;
    }
    this.#slab.set(taken === 0 ? piece : piece.subarray(taken), this.#used);
    this.#used += piece.length - taken;
  }
}

const ZEROS = Buffer.alloc(2 * BLOCK_SIZE);
const SLAB_SIZE = 256 * 1024;
