/** Which files of two file systems are the same. @module */
import type { ByteString } from "../base/byte-string.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { FileNode } from "./file-system.ts";
import { ImageFile } from "./image-file.ts";
import type { HashRewriter } from "./store-hashes.ts";

export interface FileDifference {
  /** Without a slash at the beginning. Where the other image has another hash in it, this is ours. */
  readonly path: ByteString;
  readonly pathThere: ByteString;
  /** Undefined where only the other image has it. What is in a directory is not listed then. */
  readonly here: FileNode | undefined;
  readonly there: FileNode | undefined;
}

export interface TreeComparison {
  /** How many files and links, directories not counted, are the same. */
  readonly same: number;
  readonly differences: readonly FileDifference[];
  /** By layer of ours, the layers of the other image that have one of its files. */
  readonly counterparts: ReadonlyMap<Digest, ReadonlySet<Digest>>;
}

/** `rewrite` turns names of the other image into those that they are compared with. */
export function compareTrees(
  here: FileNode,
  there: FileNode,
  rewrite: HashRewriter,
): TreeComparison {
  let same = 0;
  const differences: FileDifference[] = [];
  const counterparts = new Map<Digest, Set<Digest>>();
  const walk = (
    ours: FileNode,
    theirs: FileNode,
    at: Pick<FileDifference, "path" | "pathThere">,
  ) => {
    const isRenamed = at.path !== at.pathThere && baseName(at.path) !== baseName(at.pathThere);
    if (isRenamed || ImageFile.difference(ours.file, theirs.file) !== undefined)
      differences.push({ ...at, here: ours, there: theirs });
    else if (ours.file.kind !== "directory") {
      same += 1;
      const layers = counterparts.get(ours.layer) ?? new Set();
      counterparts.set(ours.layer, layers.add(theirs.layer));
    }
    if (ours.file.kind !== theirs.file.kind) return;
    const others = new Map(
      [...theirs.entries].map(([name, node]) => {
        const renamed = rewrite(name);
        return [theirs.entries.has(renamed) ? name : renamed, { name, node }];
      }),
    );
    for (const name of [...new Set([...ours.entries.keys(), ...others.keys()])].sort()) {
      const [mine, other] = [ours.entries.get(name), others.get(name)];
      const below = {
        path: join(at.path, name),
        pathThere: join(at.pathThere, other?.name ?? name),
      };
      if (mine !== undefined && other !== undefined) walk(mine, other.node, below);
      else differences.push({ ...below, here: mine, there: other?.node });
    }
  };
  walk(here, there, { path: "", pathThere: "" });
  return { same, differences, counterparts };
}

const join = (parent: ByteString, name: ByteString): ByteString =>
  parent === "" ? name : `${parent}/${name}`;

const baseName = (path: ByteString): ByteString => path.slice(path.lastIndexOf("/") + 1);
