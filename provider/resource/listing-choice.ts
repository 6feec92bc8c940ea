/**
 * Which listings a state holds when all of them would be too long. A later plan from this state downloads each
 * package whose listing is missing, so a listing is worth that download.
 * @module
 */
import type { Listing, ListingNode } from "../formats/nix/listing.ts";
import type { NarHash } from "../formats/nix/nix-hash.ts";

/** What a request costs in addition to its bytes, in bytes: a round trip to a cache. */
const REQUEST_COST = 100_000;
/** Characters of a state's text that a file takes at least: 12 bytes of its hash, in base64. */
const FILE_LENGTH = 16;
/** What is left may compress worse than the whole. */
const MARGIN = 0.95;

export interface MeasuredListing {
  readonly narHash: NarHash;
  readonly listing: Listing;
  /** About as long as it is as JSON. */
  readonly length: number;
  /** It cannot be shorter than this in a state's text. */
  readonly least: number;
  /** Bytes saved for each character. */
  readonly worth: number;
}

/** Functions over choices: listings in the order of their worth, which follows from nothing but themselves. */
export const ListingChoice = {
  /** All that could fit into so many characters. Linear in the number of files. */
  of(listings: ReadonlyMap<NarHash, Listing>, limit: number): MeasuredListing[] {
    const measured = [...listings].map(([narHash, listing]) => measure(narHash, listing));
    measured.sort((a, b) => b.worth - a.worth || (a.narHash < b.narHash ? -1 : 1));
    return take(measured, limit, ({ least }) => least);
  },

  /** Fewer, for a text that was `excess` times too long. */
  reduce(choice: readonly MeasuredListing[], excess: number): MeasuredListing[] {
    const length = choice.reduce((sum, each) => sum + each.length, 0);
    return take(choice, (length / excess) * MARGIN, (each) => each.length);
  },
};

function take(
  from: readonly MeasuredListing[],
  limit: number,
  lengthOf: (measured: MeasuredListing) => number,
): MeasuredListing[] {
  let left = limit;
  return from.filter((each) => {
    const length = lengthOf(each);
    if (length > left) return false;
    left -= length;
    return true;
  });
}

function measure(narHash: NarHash, listing: Listing): MeasuredListing {
  const sum = { bytes: 0, length: 0, files: 0 };
  const add = (node: ListingNode): void => {
    // Brackets, quotes, commas.
    sum.length += 6;
    switch (node.kind) {
      case "regular":
        sum.bytes += node.size;
        sum.length += FILE_LENGTH + String(node.size).length;
        sum.files += 1;
        return;
      case "symlink":
        sum.length += node.target.length;
        return;
      case "directory":
        for (const [name, child] of node.entries) {
          sum.length += name.length;
          add(child);
        }
    }
  };
  add(listing.root);
  const { bytes, files, length } = sum;
  const worth = (bytes + REQUEST_COST) / length;
  return { narHash, listing, length, least: files * FILE_LENGTH, worth };
}
