/**
 * From entries to the bytes of a tar: contents padded to blocks, two zero blocks at the end and no
 * more, in chunks large enough for hashing and compressing.
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import type { Bytes } from "../../base/bytes.ts";
import { lixError } from "../../errors/lix-error.ts";
import { BLOCK_SIZE } from "./block.ts";
import { encodeHeader, type TarHeader } from "./header.ts";

/** A regular file's header is followed by "contents" items whose bytes add up to its size. */
export type TarItem = TarHeader | { readonly kind: "contents"; readonly bytes: Uint8Array };

/**
 * Chunks of 256 KiB, but for the last: their borders do not depend on those of the contents.
 * `slabs` supplies their memory; by default each chunk has its own, and the consumer may keep it.
 */
export function packTar(items: AsyncIterable<TarItem>, slabs: Slabs = freshSlab): Bytes {
  return inSlabs(records(items), slabs);
}

/** The memory of the next chunk. */
export type Slabs = () => Uint8Array;

const freshSlab: Slabs = () => Buffer.allocUnsafe(SLAB_SIZE);

/** So many slabs in turn: the first is written over when that many chunks were asked for. */
export function slabsInTurn(count: number): Slabs {
  const slabs: Uint8Array[] = [];
  let turn = -1;
  return () => {
    turn = (turn + 1) % count;
    return (slabs[turn] ??= freshSlab());
  };
}

/** Headers, contents and padding, in pieces as they come. */
async function* records(items: AsyncIterable<TarItem>): AsyncGenerator<Uint8Array> {
  let file: { readonly path: ByteString; readonly size: number } = { path: "/", size: 0 };
  let got = 0;
  for await (const item of items) {
    if (item.kind === "contents") {
      got += item.bytes.length;
      if (got > file.size)
        throw lixError("CONTENTS_MISMATCH", {
          path: file.path,
          size: file.size,
          got: `${got} or more`,
        });
      yield item.bytes;
      // The bitwise operator cuts to 32 bits. That does no harm, because 2^32 is a multiple of a block.
      if (got === file.size) yield ZEROS.subarray(0, -file.size & (BLOCK_SIZE - 1));
      continue;
    }
    if (got !== file.size)
      throw lixError("CONTENTS_MISMATCH", { path: file.path, size: file.size, got: String(got) });
    file = { path: item.path, size: item.kind === "regular" ? item.size : 0 };
    got = 0;
    yield encodeHeader(item);
  }
  if (got !== file.size)
    throw lixError("CONTENTS_MISMATCH", { path: file.path, size: file.size, got: String(got) });
  yield ZEROS;
}

const ZEROS = Buffer.alloc(2 * BLOCK_SIZE);
const SLAB_SIZE = 256 * 1024;

/** Copies pieces into slabs: 415,000 small chunks would cost the next stages more than this. */
async function* inSlabs(pieces: Bytes, slabs: Slabs): AsyncGenerator<Uint8Array> {
  let slab = slabs();
  let used = 0;
  for await (const piece of pieces) {
    let taken = 0;
    while (piece.length - taken >= SLAB_SIZE - used) {
      const end = taken + SLAB_SIZE - used;
      slab.set(piece.subarray(taken, end), used);
      yield slab;
      slab = slabs();
      taken = end;
      used = 0;
    }
    slab.set(taken === 0 ? piece : piece.subarray(taken), used);
    used += piece.length - taken;
  }
  if (used > 0) yield slab.subarray(0, used);
}
