/** Trees in memory, one laid over another. @module */
import type { ByteString } from "../../base/byte-string.ts";
import { Tree } from "../nix/tree.ts";
import type { Directory } from "../nix/tree.ts";

/** A root directory that holds one thing, at an absolute path. */
export function treeAt(path: ByteString, tree: Tree): Directory {
  const names = path.split("/").filter((name) => name !== "");
  const root = names.reduceRight<Tree>((node, name) => Tree.directory({ [name]: node }), tree);
  return root.kind === "directory" ? root : Tree.directory();
}

/** Directories are merged; of two things with one path, `above` has its own. Attributes likewise. */
export function mergeTrees(below: Directory, above: Directory): Directory {
  const entries = new Map(below.entries);
  for (const [name, node] of above.entries) {
    const there = entries.get(name);
    const merges = node.kind === "directory" && there?.kind === "directory";
    entries.set(name, merges ? mergeTrees(there, node) : node);
  }
  return {
    kind: "directory",
    entries,
    mode: above.mode ?? below.mode,
    owner: above.owner ?? below.owner,
  };
}
