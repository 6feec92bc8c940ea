/** The argument `files`, with what it names on disk. @module */
import { ByteString } from "../base/byte-string.ts";
import type { Owner } from "../base/owner.ts";
import { Tree } from "../formats/nix/tree.ts";
import { ownerNamed } from "../formats/rootfs/accounts.ts";
import type { ImageUser } from "../formats/rootfs/image-user.ts";
import { usualOwner, type ImageFile } from "./image-files.ts";
import { sourceTree } from "./source-tree.ts";

/** One of `text`, `source`, `target` and `directory`; a source is absolute. */
export interface FileSpec {
  readonly text?: string | undefined;
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly directory?: true | undefined;
  /** Octal digits. */
  readonly mode?: string | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

export async function readFiles(
  files: Readonly<Record<string, FileSpec>>,
  user: ImageUser,
  signal?: AbortSignal,
): Promise<ImageFile[]> {
  const read: ImageFile[] = [];
  for (const [text, spec] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const path = ByteString.fromText(text);
    const tree = await treeOf(spec, `files[${JSON.stringify(text)}].source`, signal);
    const owner = ownerOf(path, spec, user);
    const mode = spec.mode === undefined ? undefined : Number.parseInt(spec.mode, 8);
    const owned = owner === undefined ? tree : ownedBy(owner, tree);
    read.push({ path, tree: Tree.with(owned, { mode }) });
  }
  return read;
}

async function treeOf(spec: FileSpec, argument: string, signal?: AbortSignal): Promise<Tree> {
  const { text, source, target } = spec;
  if (text !== undefined) return Tree.file(text);
  if (target !== undefined) return Tree.symlink(ByteString.fromText(target));
  return source === undefined ? Tree.directory() : sourceTree(source, argument, signal);
}

/** Undefined where neither is given. What is not given is as usual at that path. */
function ownerOf(path: ByteString, { uid, gid }: FileSpec, user: ImageUser): Owner | undefined {
  if (uid === undefined && gid === undefined) return undefined;
  const usual = usualOwner(path, user);
  const usualGid = uid === user.uid ? user.gid : uid === undefined ? usual.gid : 0;
  return ownerNamed({ uid: uid ?? usual.uid, gid: gid ?? usualGid }, user);
}

/** Everything in a source directory belongs to the owner that its entry names. */
function ownedBy(owner: Owner, tree: Tree): Tree {
  if (tree.kind !== "directory") return Tree.with(tree, { owner });
  const entries = [...tree.entries].map(([name, child]): [ByteString, Tree] => [
    name,
    ownedBy(owner, child),
  ]);
  return { kind: "directory", entries: new Map(entries), owner };
}
