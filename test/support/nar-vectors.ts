import { ByteString } from "../../provider/base/byte-string.ts";
import type { Tree } from "../../provider/formats/nix/tree.ts";

/** An item of test/vectors/nix/nar.json. */
export interface NarVector {
  readonly name: string;
  /** Parents first; `path_hex` is the path's bytes, "" for the root. */
  readonly tree: readonly {
    readonly path_hex: string;
    readonly type: "regular" | "symlink" | "directory";
    readonly executable?: boolean;
    readonly size?: number;
    readonly target?: string;
    readonly contents_base64?: string;
    readonly contents_rule?: "byte i = (i*7+size)%256";
  }[];
  readonly narSize: number;
  readonly narHashSri: string;
  readonly nar_base64?: string;
  readonly storePathRecursive?: string;
}

export function treeOf(vector: NarVector): Tree {
  const nodes = new Map<ByteString, Tree>();
  const entriesOf = new Map<ByteString, Map<ByteString, Tree>>();
  for (const item of vector.tree) {
    const path = Buffer.from(item.path_hex, "hex").toString("latin1");
    const slash = path.lastIndexOf("/");
    const entries = new Map<ByteString, Tree>();
    const node: Tree =
      item.type === "directory"
        ? { kind: "directory", entries }
        : item.type === "symlink"
          ? { kind: "symlink", target: ByteString.fromText(item.target ?? "") }
          : { kind: "regular", executable: item.executable ?? false, contents: contentsOf(item) };
    nodes.set(path, node);
    entriesOf.set(path, entries);
    if (path !== "")
      entriesOf.get(path.slice(0, Math.max(slash, 0)))?.set(path.slice(slash + 1), node);
  }
  const root = nodes.get("");
  if (root === undefined) throw new Error(`${vector.name} has no root`);
  return root;
}

function contentsOf(item: NarVector["tree"][number]): Uint8Array {
  const size = item.size ?? 0;
  return item.contents_rule === undefined
    ? Buffer.from(item.contents_base64 ?? "", "base64")
    : Uint8Array.from({ length: size }, (_, i) => (i * 7 + size) % 256);
}
