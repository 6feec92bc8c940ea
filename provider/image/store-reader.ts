/**
 * The NAR of any store path of an image, ours or a cache's, checked as it streams by.
 * @module
 */
import { Bytes } from "../base/bytes.ts";
import { verifyContentAddress } from "../formats/nix/content-address-contents.ts";
import { ListingBuilder, type Listing } from "../formats/nix/listing.ts";
import type { NarEvent } from "../formats/nix/nar-event.ts";
import { readNar } from "../formats/nix/nar-reader.ts";
import { writeNar } from "../formats/nix/nar-writer.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import type { GeneratedPath } from "../formats/rootfs/generated.ts";
import type { NarSource } from "../substituter/chain.ts";
import { readVerified } from "../substituter/read-verified.ts";
import type { LayerWatch } from "./layer-watch.ts";

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
  readonly watch?: LayerWatch | undefined;
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
  const listing = new ListingBuilder();
  const nar = spent(parts.source.open(info, parts.signal), (bytes) =>
    parts.watch?.read(info, bytes),
  );
  // Signatures do not cover `ca`, so what it promises is checked against the contents.
  for await (const event of readVerified(nar, (bytes) =>
    readNar(verifyContentAddress(bytes, info)),
  )) {
    listing.add(event);
    yield event;
  }
  await parts.onListing(info, listing.finish());
}

/**
 * Frees each chunk when the next is asked for: events are done with by then. The garbage collector
 * would have to mark all that lives for every few chunks.
 */
async function* spent(nar: Bytes, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of nar) {
    bytes += chunk.length;
    onBytes(bytes);
    yield chunk;
    const { buffer } = chunk;
    // Others may use the rest of a larger buffer.
    if (buffer instanceof ArrayBuffer && buffer.byteLength === chunk.length) buffer.transfer(0);
  }
}
