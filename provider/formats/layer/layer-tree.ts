/**
 * The file system of one layer, with nix2container's modes unless the tree says otherwise.
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import { Owner, type StoreOwner } from "../../base/owner.ts";
import { lixError } from "../../errors/lix-error.ts";
import { STORE_DIR, StorePath } from "../nix/store-path.ts";
import type { Directory, Tree } from "../nix/tree.ts";

export interface LayerDirectory {
  readonly kind: "directory";
  readonly mode: number;
  readonly owner: Owner;
  /** In any order: the tar has them bytewise by name. */
  readonly entries: ReadonlyMap<ByteString, LayerNode>;
}
export type LayerNode = LayerDirectory | LayerLeaf;
export type LayerLeaf =
  | (Owned & { readonly kind: "regular"; readonly contents: Uint8Array })
  | (Owned & { readonly kind: "symlink"; readonly target: ByteString })
  | StorePathLeaf
  /** A whole store path that we make ourselves. */
  | (StorePathOwner & { readonly kind: "generated path"; readonly tree: Tree });
/** Stands for a whole store path, whose NAR comes from a cache when the layer is packed. */
export type StorePathLeaf = StorePathOwner & { readonly kind: "store path" };

export interface StorePathOwner {
  readonly storePath: StorePath;
  readonly owner: Owner;
}

interface Owned {
  readonly mode: number;
  readonly owner: Owner;
}

export interface LayerTreeInput {
  readonly storePaths: readonly StorePath[];
  /** The contents of those that no cache has. */
  readonly generated?: ReadonlyMap<StorePath, { readonly tree: Tree }> | undefined;
  readonly baseSystem?: Directory | undefined;
  readonly database?: StoreDatabase | undefined;
  /** The owner of `/nix` and everything below it, unless the base system says otherwise. Default: root. */
  readonly storeOwner?: StoreOwner | undefined;
}

export interface StoreDatabase {
  /** The bytes of db.sqlite. */
  readonly sqlite: Uint8Array;
  /** The paths that the garbage collector keeps for the image's sake. */
  readonly gcRoots: readonly StorePath[];
}

/** The root directory of the layer. Parents that no part of the layer describes are made, 0755. */
export function layerTree(input: LayerTreeInput): LayerDirectory {
  const usual = usualAttributes(input.storeOwner ?? Owner.root);
  const root = newDirectory("/", usual);
  const { owner } = usual("/nix");
  for (const storePath of input.storePaths) {
    const made = input.generated?.get(storePath);
    const leaf: LayerLeaf =
      made === undefined
        ? { kind: "store path", storePath, owner }
        : { kind: "generated path", storePath, owner, tree: made.tree };
    putLeaf(root, storePath, leaf, usual);
  }
  if (input.baseSystem !== undefined) putBaseSystem(root, "", input.baseSystem, usual);
  // Last, because a directory that both bring has the database's mode.
  if (input.database !== undefined) putDatabase(root, input.database, usual);
  return root;
}

/** The owner of a path, and the mode of a directory there, unless the layer's parts say otherwise. */
type AttributesAt = (path: ByteString) => Owned;

const USUAL_MODE = 0o755;
/** Set for directories in which the group may write, too. */
const GROUP_WRITES = 0o020;

function usualAttributes({ groupWrites = false, ...owner }: StoreOwner): AttributesAt {
  const store = { mode: groupWrites ? USUAL_MODE | GROUP_WRITES : USUAL_MODE, owner };
  const other = { mode: USUAL_MODE, owner: Owner.root };
  return (path) => (path === "/nix" || path.startsWith("/nix/") ? store : other);
}

/** The root keeps its usual mode: nix2container cuts `/nix/store/…-base-system` off the rest only. */
function putBaseSystem(
  root: Draft,
  at: ByteString,
  directory: Directory,
  usual: AttributesAt,
): void {
  for (const [name, tree] of directory.entries) {
    const path = `${at}/${name}`;
    const owned = {
      mode: tree.mode ?? usualMode(path, tree),
      owner: tree.owner ?? usual(path).owner,
    };
    switch (tree.kind) {
      case "directory":
        putDirectory(root, path, owned, usual);
        putBaseSystem(root, path, tree, usual);
        break;
      case "regular":
        putLeaf(root, path, { kind: "regular", ...owned, contents: tree.contents }, usual);
        break;
      case "symlink":
        putLeaf(root, path, { kind: "symlink", ...owned, target: tree.target }, usual);
        break;
    }
  }
}

/** The mode of what a base system has at a path and gives no mode. */
export function usualMode(path: ByteString, tree: Tree): number {
  // docker.nix: perms = [{ regex = "(/var)?/tmp"; mode = "1777"; }]. nix2container searches for it anywhere in
  // the path, and does not ask what kind of file it is.
  if (path.includes("/tmp")) return 0o1777;
  // As in a Nix store.
  if (tree.kind === "symlink") return 0o777;
  return tree.kind === "directory" || tree.executable ? 0o555 : 0o444;
}

/** nix2container gives its own files 0755 by the regex `.*`, so links and db.sqlite have it too. */
function putDatabase(root: Draft, database: StoreDatabase, usual: AttributesAt): void {
  const owned = usual("/nix");
  const gcroots = "/nix/var/nix/gcroots";
  for (const path of [
    ...["/nix", STORE_DIR, `${STORE_DIR}/.links`],
    ...["/nix/var", "/nix/var/nix", "/nix/var/nix/db", gcroots, `${gcroots}/docker`],
  ])
    putDirectory(root, path, owned, usual);
  const db: LayerLeaf = { kind: "regular", ...owned, contents: database.sqlite };
  putLeaf(root, "/nix/var/nix/db/db.sqlite", db, usual);
  for (const target of database.gcRoots) {
    const path = `${gcroots}/docker/${StorePath.baseName(target)}`;
    putLeaf(root, path, { kind: "symlink", ...owned, target }, usual);
  }
}

/** A directory that still grows. */
interface Draft extends LayerDirectory {
  mode: number;
  owner: Owner;
  readonly entries: Map<ByteString, Draft | LayerLeaf>;
}

const newDirectory = (path: ByteString, usual: AttributesAt): Draft => ({
  kind: "directory",
  ...usual(path),
  entries: new Map(),
});

/** A directory that is there keeps its entries and takes the new mode and owner. */
function putDirectory(
  root: Draft,
  path: ByteString,
  { mode, owner }: Owned,
  usual: AttributesAt,
): void {
  const directory = directoryAt(root, path.split("/").slice(1), usual);
  directory.mode = mode;
  directory.owner = owner;
}

function putLeaf(root: Draft, path: ByteString, leaf: LayerLeaf, usual: AttributesAt): void {
  const names = path.split("/").slice(1);
  const { entries } = directoryAt(root, names.slice(0, -1), usual);
  const name = names.at(-1) ?? "";
  if (entries.has(name)) throw lixError("LAYER_CONFLICT", { path });
  entries.set(name, leaf);
}

function directoryAt(root: Draft, names: readonly ByteString[], usual: AttributesAt): Draft {
  let at = root;
  for (const [depth, name] of names.entries()) {
    const path = `/${names.slice(0, depth + 1).join("/")}`;
    const there = at.entries.get(name);
    if (there !== undefined && there.kind !== "directory")
      throw lixError("LAYER_CONFLICT", { path });
    const next = there ?? newDirectory(path, usual);
    at.entries.set(name, next);
    at = next;
  }
  return at;
}
