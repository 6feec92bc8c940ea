/**
 * Store paths of two images that have the same name and another hash, and texts in which such hashes stand.
 * @module
 */
import type { ByteString } from "../base/byte-string.ts";

/** Two names of entries of `/nix/store`: `<hash>-<name>`. */
export interface StorePair {
  readonly here: ByteString;
  readonly there: ByteString;
}

const HASH_LENGTH = 32;
const nameOf = (base: ByteString): ByteString => base.slice(HASH_LENGTH + 1);

/** Pairs those that only one side has. Several of one name are paired in the order of their hashes. */
export function pairByName(here: readonly ByteString[], there: readonly ByteString[]): StorePair[] {
  const [ours, theirs] = [new Set(here), new Set(there)];
  const left = Map.groupBy(theirs.difference(ours), nameOf);
  for (const bases of left.values()) bases.sort().reverse();
  return [...ours.difference(theirs)].sort().flatMap((base) => {
    const other = left.get(nameOf(base))?.pop();
    return other === undefined ? [] : [{ here: base, there: other }];
  });
}

/** Writes the hashes of this side in place of those of the other. */
export interface HashRewriter {
  (text: ByteString): ByteString;
}

export function hashRewriter(pairs: readonly StorePair[]): HashRewriter {
  const hashes = new Map(
    pairs.map(({ here, there }) => [there.slice(0, HASH_LENGTH), here.slice(0, HASH_LENGTH)]),
  );
  // A store path's name follows its hash after a dash.
  return (text) => text.replace(STORE_HASH, (hash) => hashes.get(hash) ?? hash);
}

const STORE_HASH = /(?<![0-9a-z])[0-9a-df-np-sv-z]{32}(?=-)/g;
