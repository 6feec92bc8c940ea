/**
 * Store paths that we make ourselves. All are content-addressed, so that Nix can verify them without
 * a signature, and none refers to itself.
 * @module
 */
import { Bytes } from "../../base/bytes.ts";
import { recursivePath, textPath } from "../nix/content-address.ts";
import { writeNar } from "../nix/nar-writer.ts";
import { NarHash } from "../nix/nix-hash.ts";
import type { PathInfo } from "../nix/path-info.ts";
import { scanReferences } from "../nix/references.ts";
import { StorePath } from "../nix/store-path.ts";
import { Tree } from "../nix/tree.ts";

export interface GeneratedPath {
  readonly info: PathInfo;
  readonly tree: Tree;
}

/** A `text:` path, as `builtins.toFile` makes them: one file, its references declared. */
export function generateText(
  name: string,
  text: string,
  references: readonly StorePath[],
): GeneratedPath {
  const sorted = [...new Set(references)].sort(StorePath.compare);
  const tree = Tree.file(text);
  const nar = writeNar(tree);
  const { storePath, ca } = textPath(name, Bytes.fromText(text), sorted);
  return generated(tree, { storePath, ca, references: sorted, nar, narHash: NarHash.of(nar) });
}

/** A `fixed:r:sha256` path: its references are those `candidates` whose hash occurs in its NAR. */
export function generateTree(
  name: string,
  tree: Tree,
  candidates: Iterable<StorePath>,
): GeneratedPath {
  const nar = writeNar(tree);
  const narHash = NarHash.of(nar);
  const references = scanReferences(nar, candidates);
  const { storePath, ca } = recursivePath(name, narHash, references);
  return generated(tree, { storePath, ca, references, nar, narHash });
}

function generated(
  tree: Tree,
  parts: Pick<PathInfo, "storePath" | "ca" | "references" | "narHash"> & { nar: Uint8Array },
): GeneratedPath {
  const { nar, ...identity } = parts;
  return { tree, info: { ...identity, narSize: nar.length, signatures: [] } };
}
