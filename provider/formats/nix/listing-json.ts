/**
 * Listings as compact JSON, for the disk cache and the state:
 *
 * ```
 * listing   = [node] | [node, propagatedUserEnvPackages]
 * node      = { name: node, … }                        a directory
 *           | "target"                                 a link
 *           | [size, "sha256"] | [size, "sha256", 1]   a file, an executable file
 * ```
 * Names and targets are byte strings: one char a byte. sha256 is base64, whole or its first 12 bytes.
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import type { Json } from "../../base/canonical-json.ts";
import type { Listing, ListingNode } from "./listing.ts";
import { nameProblem, targetProblem } from "./nar-limits.ts";

/** The length of a shortened hash. 96 bits are enough, because only trusted contents are compared by it. */
const SHORT_DIGITS = 24;

export function listingToJson({ root, propagatedUserEnvPackages: propagated }: Listing): Json {
  return propagated === undefined ? [nodeToJson(root)] : [nodeToJson(root), propagated];
}

/** Undefined for anything that `listingToJson` would not write: the cache then makes it again. */
export function listingFromJson(json: unknown): Listing | undefined {
  if (!Array.isArray(json) || json.length < 1 || json.length > 2) return undefined;
  const [root, propagated]: readonly unknown[] = json;
  if (propagated !== undefined && typeof propagated !== "string") return undefined;
  const node = nodeFromJson(root, 0);
  return node && { root: node, propagatedUserEnvPackages: propagated };
}

/** The same with hashes cut to a length that still distinguishes contents. */
export function shortenListing(listing: Listing): Listing {
  return { ...listing, root: shortenNode(listing.root) };
}

function shortenNode(node: ListingNode): ListingNode {
  switch (node.kind) {
    case "regular":
      return { ...node, sha256: node.sha256.slice(0, SHORT_DIGITS) };
    case "symlink":
      return node;
    case "directory":
      return {
        kind: "directory",
        entries: new Map([...node.entries].map(([name, child]) => [name, shortenNode(child)])),
      };
  }
}

function nodeToJson(node: ListingNode): Json {
  switch (node.kind) {
    case "regular": {
      const sha256 = Buffer.from(node.sha256, "hex").toString("base64");
      return node.executable ? [node.size, sha256, 1] : [node.size, sha256];
    }
    case "symlink":
      return node.target;
    case "directory":
      // Not by assignment: a name may be "__proto__".
      return Object.fromEntries(
        [...node.entries].map(([name, child]) => [name, nodeToJson(child)]),
      );
  }
}

/** Far above what a NAR may have; keeps a damaged file from overflowing the stack. */
const MAX_DEPTH = 1000;

function nodeFromJson(json: unknown, depth: number): ListingNode | undefined {
  if (typeof json === "string")
    return isByteString(json) && targetProblem(json) === undefined
      ? { kind: "symlink", target: json }
      : undefined;
  if (Array.isArray(json)) return fileFromJson(json);
  if (typeof json !== "object" || json === null || depth > MAX_DEPTH) return undefined;
  const entries = new Map<ByteString, ListingNode>();
  // JSON objects put keys that look like numbers first.
  for (const [name, child] of Object.entries(json).sort(([a], [b]) => ByteString.compare(a, b))) {
    const node = nodeFromJson(child, depth + 1);
    if (node === undefined || !isByteString(name) || nameProblem(name) !== undefined)
      return undefined;
    entries.set(name, node);
  }
  return { kind: "directory", entries };
}

function fileFromJson(json: readonly unknown[]): ListingNode | undefined {
  const [size, base64, executable] = json;
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return undefined;
  if (typeof base64 !== "string" || (executable !== undefined && executable !== 1))
    return undefined;
  const sha256 = Buffer.from(base64, "base64").toString("hex");
  if (sha256.length !== 64 && sha256.length !== SHORT_DIGITS) return undefined;
  return { kind: "regular", executable: executable === 1, size, sha256 };
}

const isByteString = (text: string): boolean => /^[\x00-\xff]*$/.test(text);
