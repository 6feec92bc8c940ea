/**
 * Reads a NAR as a cache stores it, and checks it on the way.
 * @module
 */
import { Bytes } from "../base/bytes.ts";
import { decompress } from "../compression/decompress.ts";
import { verifyContentAddress } from "../formats/nix/content-address-contents.ts";
import { ListingBuilder, type Listing } from "../formats/nix/listing.ts";
import type { NarEvent } from "../formats/nix/nar-event.ts";
import { readNar } from "../formats/nix/nar-reader.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import { readVerified } from "../substituter/read-verified.ts";
import { verified } from "../substituter/verified.ts";

export interface StoredNar {
  /** What the lock says that it must be. */
  readonly info: PathInfo;
  /** Names the cache in messages. */
  readonly from: string;
  /** What its narinfo says; see decompress. */
  readonly compression: string;
  readonly bytes: Bytes;
}

/**
 * Yields what `use` makes of the NAR's events, in batches, and returns the listing. The bytes of a batch are overwritten
 * when the next one is requested. The last pull throws unless size, hash and content address agree: a NarFault if another
 * cache may do better.
 * @param onBytes gets the number of bytes, decompressed, that have come so far.
 */
export async function* readStoredNar<T>(
  { info, from, compression, bytes }: StoredNar,
  use: (event: NarEvent) => T,
  onBytes: (bytes: number) => void,
): AsyncGenerator<readonly T[], Listing> {
  const listing = new ListingBuilder();
  const nar = verified(decompress(bytes, compression, "views"), info, from);
  yield* readVerified(spent(blamed(nar), onBytes), async function* (whole) {
    // Signatures do not cover `ca`, so what it promises is checked against the contents.
    for await (const events of readNar(verifyContentAddress(whole, info)))
      yield events.map((event) => {
        listing.add(event);
        return use(event);
      });
  });
  return listing.finish();
}

/** The cache sent something other than the NAR that the lock wants; the cause says what. */
export class NarFault extends Error {}

async function* blamed(nar: Bytes): AsyncGenerator<Uint8Array> {
  try {
    yield* nar;
  } catch (cause) {
    throw new NarFault("not the NAR that the lock wants", { cause });
  }
}

/** Frees each chunk when the next one is requested, because its events are used up by then. */
async function* spent(nar: Bytes, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of nar) {
    bytes += chunk.length;
    onBytes(bytes);
    yield chunk;
    Bytes.free(chunk);
  }
}
