/**
 * The files that a program adds to an image, as the tree of their layer. It lies above the base system, so
 * every directory on the way is named again, with the attributes that it has there.
 * @module
 */
import { ByteString } from "../base/byte-string.ts";
import { throwAll, type LixImageError } from "../base/errors.ts";
import { Owner } from "../base/owner.ts";
import { usualMode } from "../formats/layer/layer-tree.ts";
import type { Attributes, Directory, Tree } from "../formats/nix/tree.ts";
import { ImageUser } from "../formats/rootfs/image-user.ts";
import { argumentBehind } from "../formats/rootfs/base-system.ts";
import { BASE_SYSTEM, FileConflict } from "./file-conflict.ts";

/** One entry of `files`. The tree of a directory may also describe what is in it. */
export interface ImageFile {
  readonly path: ByteString;
  readonly tree: Tree;
}

/** What the files are laid over. */
export interface Below {
  readonly baseSystem: Directory;
  /** The same without what `compat` adds. */
  readonly plain: Directory;
  readonly user: ImageUser;
}

/** Throws every conflict at once. */
export function filesTree(files: readonly ImageFile[], below: Below): Directory {
  const nodes = new Map<ByteString, Placed>();
  const conflicts: LixImageError[] = [];
  for (const { path, tree } of files)
    for (const node of nodesOf(path, tree, path)) {
      const there = nodes.get(node.path);
      if (there === undefined) nodes.set(node.path, node);
      else if (there.tree.kind === "directory" && node.tree.kind === "directory")
        nodes.set(node.path, merged(there, node));
      else conflicts.push(FileConflict.entries(node.from, there.from, node.path));
    }
  for (const node of nodes.values()) conflicts.push(...conflictsOf(node, nodes, below));
  throwAll(conflicts);
  const { baseSystem, user } = below;
  return directoryAt("", { nodes, baseSystem, user, children: childrenOf(nodes.keys()) });
}

interface Placed {
  readonly path: ByteString;
  readonly tree: Tree;
  /** The entry that it comes from, for messages. */
  readonly from: string;
}

function* nodesOf(path: ByteString, tree: Tree, entry: ByteString): Generator<Placed> {
  yield { path, tree, from: `files[${JSON.stringify(ByteString.toText(entry))}]` };
  if (tree.kind !== "directory") return;
  for (const [name, child] of tree.entries) yield* nodesOf(`${path}/${name}`, child, entry);
}

/** Two entries may name one directory; the attributes that either gives it count. */
const merged = (a: Placed, b: Placed): Placed => ({
  ...a,
  tree: { ...a.tree, mode: b.tree.mode ?? a.tree.mode, owner: b.tree.owner ?? a.tree.owner },
});

function* conflictsOf(
  node: Placed,
  nodes: ReadonlyMap<ByteString, Placed>,
  { baseSystem, plain, user }: Below,
): Generator<LixImageError> {
  const makerOf = (path: ByteString): string =>
    nodeAt(plain, path) === undefined ? "compat" : BASE_SYSTEM;
  for (const parent of parentsOf(node.path)) {
    const own = nodes.get(parent);
    const below = own?.tree ?? nodeAt(baseSystem, parent);
    if (below !== undefined && below.kind !== "directory") {
      yield FileConflict.below(node.from, own?.from ?? makerOf(parent), parent, below.kind);
      return;
    }
  }
  const there = nodeAt(baseSystem, node.path);
  if (there?.kind === "directory" && node.tree.kind !== "directory")
    yield FileConflict.directory(node.from, makerOf(node.path), node.path);
  const argument = there?.kind === "directory" ? undefined : argumentBehind(node.path, user);
  if (argument !== undefined)
    yield FileConflict.argument(node.from, node.path, { argument, isThere: there !== undefined });
}

interface Layout {
  readonly nodes: ReadonlyMap<ByteString, Placed>;
  readonly baseSystem: Directory;
  readonly user: ImageUser;
  /** Names by directory. */
  readonly children: ReadonlyMap<ByteString, ReadonlySet<ByteString>>;
}

function directoryAt(path: ByteString, layout: Layout): Directory {
  const { nodes, children, baseSystem } = layout;
  const entries = new Map<ByteString, Tree>();
  for (const name of children.get(path) ?? []) {
    const child = `${path}/${name}`;
    const own = nodes.get(child)?.tree;
    const tree = own === undefined || own.kind === "directory" ? directoryAt(child, layout) : own;
    entries.set(name, { ...tree, ...attributesAt(child, tree, layout) });
  }
  return { kind: "directory", entries, ...(path === "" && { mode: baseSystem.mode }) };
}

/** What the entry says, then what the base system has there, then what is usual. */
function attributesAt(path: ByteString, tree: Tree, layout: Layout): Attributes {
  const own = layout.nodes.get(path)?.tree;
  const below = nodeAt(layout.baseSystem, path);
  const isSame = tree.kind === "directory" && below?.kind === "directory";
  const inherited = isSame
    ? { mode: below.mode ?? usualMode(path, below), owner: below.owner ?? Owner.root }
    : { mode: MODE[tree.kind](tree), owner: usualOwner(path, layout.user) };
  return { mode: own?.mode ?? inherited.mode, owner: own?.owner ?? inherited.owner };
}

const MODE: Readonly<Record<Tree["kind"], (tree: Tree) => number>> = {
  regular: (tree) => (tree.kind === "regular" && tree.executable ? 0o755 : 0o644),
  directory: () => 0o755,
  symlink: () => 0o777,
};

/** The owner of a new file whose entry names none: the user in its home, root everywhere else. */
export const usualOwner = (path: ByteString, user: ImageUser): Owner =>
  path.startsWith(`${ImageUser.homeInImage(user)}/`) && user.kind === "fixed"
    ? ImageUser.owner(user)
    : Owner.root;

function childrenOf(paths: Iterable<ByteString>): Map<ByteString, Set<ByteString>> {
  const children = new Map<ByteString, Set<ByteString>>();
  for (const path of paths)
    for (const each of [...parentsOf(path), path]) {
      const slash = each.lastIndexOf("/");
      const parent = each.slice(0, slash);
      children.set(parent, (children.get(parent) ?? new Set()).add(each.slice(slash + 1)));
    }
  return children;
}

/** From above to below, without the root. */
function parentsOf(path: ByteString): ByteString[] {
  const names = path.split("/").slice(1, -1);
  return names.map((_, index) => `/${names.slice(0, index + 1).join("/")}`);
}

function nodeAt(root: Tree, path: ByteString): Tree | undefined {
  let at: Tree | undefined = root;
  for (const name of path.split("/").slice(1))
    at = at?.kind === "directory" ? at.entries.get(name) : undefined;
  return at;
}
