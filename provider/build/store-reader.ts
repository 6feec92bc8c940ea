/**
 * The NAR of any store path of an image, ours or a cache's, checked as it streams by.
 * @module
 */
import { Bytes } from "../base/bytes.ts";
import { ContentAddressMismatch } from "../nix/content-address.ts";
import { verifyContentAddress } from "../nix/content-address-contents.ts";
import { ListingBuilder, type Listing } from "../nix/listing.ts";
import type { NarEvent } from "../nix/nar-event.ts";
import { NarMalformed } from "../nix/nar-input.ts";
import { readNar } from "../nix/nar-reader.ts";
import { writeNar } from "../nix/nar-writer.ts";
import type { PathInfo } from "../nix/path-info.ts";
import type { StorePath } from "../nix/store-path.ts";
import type { GeneratedPath } from "../rootfs/generated.ts";
import type { NarSource } from "../substituter/chain.ts";

export interface StoreReader {
  /** Events of the path's NAR; the last pull throws unless size, hash and content address agree. */
  readonly open: (path: StorePath) => AsyncIterable<NarEvent>;
}

export interface StoreReaderParts {
  readonly source: NarSource;
  readonly paths: ReadonlyMap<StorePath, PathInfo>;
  readonly generated: ReadonlyMap<StorePath, GeneratedPath>;
  readonly signal: AbortSignal | undefined;
  /** Gets the listing of each locked path that was read to its end. */
  readonly onListing: (info: PathInfo, listing: Listing) => Promise<void>;
}

export function storeReader(parts: StoreReaderParts): StoreReader {
  return {
    open: (path) => {
      const made = parts.generated.get(path);
      if (made !== undefined) return readNar(Bytes.of(writeNar(made.tree)));
      const info = parts.paths.get(path);
      if (info === undefined) throw new RangeError(`${path} is in neither the lock nor the image`);
      return openLocked(info, parts);
    },
  };
}

async function* openLocked(info: PathInfo, parts: StoreReaderParts): AsyncGenerator<NarEvent> {
  const nar = parts.source.open(info, parts.signal);
  const listing = new ListingBuilder();
  try {
    // Signatures do not cover `ca`, so what it promises is checked against the contents.
    for await (const event of readNar(verifyContentAddress(lend(nar), info))) {
      listing.add(event);
      yield event;
    }
  } catch (error) {
    // The parser stumbles over damaged bytes before their hash is known. At the end of the NAR the
    // source tells whether it was the cache's fault; then another cache may do better.
    if (error instanceof NarMalformed || error instanceof ContentAddressMismatch)
      for await (const _ of nar) continue;
    throw error;
  } finally {
    await nar.return(undefined);
  }
  await parts.onListing(info, listing.finish());
}

/** The same stream; whoever stops reading it early does not close it. */
const lend = (source: AsyncGenerator<Uint8Array>): Bytes => ({
  [Symbol.asyncIterator]: () => ({ next: () => source.next() }),
});
