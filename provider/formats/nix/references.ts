/**
 * Finds references as Nix does: by the hash parts that occur in the bytes.
 * @module
 */
import { StorePath } from "./store-path.ts";

const LENGTH = 32;
const IS_DIGIT = new Uint8Array(256);
for (const char of "0123456789abcdfghijklmnpqrsvwxyz") IS_DIGIT[char.charCodeAt(0)] = 1;

/** Those of `candidates` whose hash part occurs anywhere, sorted. */
export function scanReferences(bytes: Uint8Array, candidates: Iterable<StorePath>): StorePath[] {
  const wanted = new Map<string, StorePath>();
  for (const path of candidates) wanted.set(StorePath.hashPart(path), path);
  const found = new Set<StorePath>();
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + LENGTH <= text.length;) {
    // From the back: a char that is no digit rules out every window that holds it.
    let last = at + LENGTH - 1;
    while (last >= at && IS_DIGIT[text[last] ?? 0] === 1) last--;
    if (last >= at) {
      at = last + 1;
      continue;
    }
    const path = wanted.get(text.toString("latin1", at, at + LENGTH));
    if (path !== undefined) found.add(path);
    at += 1;
  }
  return [...found].sort(StorePath.compare);
}
