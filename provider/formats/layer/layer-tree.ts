/**
 * The file system of one layer, with the modes nix2container gives where the tree says nothing else.
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import { Owner } from "../../base/owner.ts";
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
  /** Stands for a whole store path, whose NAR streams by when the layer is packed. */
  | { readonly kind: "store path"; readonly storePath: StorePath; readonly owner: Owner };

interface Owned {
  readonly mode: number;
  readonly owner: Owner;
}

export interface LayerTreeInput {
  readonly storePaths: readonly StorePath[];
  readonly baseSystem?: Directory | undefined;
  readonly database?: StoreDatabase | undefined;
  /** Of `/nix` and all that is in it, where the base system does not say otherwise. Default: root. */
  readonly storeOwner?: Owner | undefined;
}

export interface StoreDatabase {
  /** The bytes of db.sqlite. */
  readonly sqlite: Uint8Array;
  /** The paths it registers: each gets a garbage collector root. */
  readonly registered: readonly StorePath[];
}

/** The root directory of the layer. Parents that nothing brings along are made up, 0755. */
export function layerTree(input: LayerTreeInput): LayerDirectory {
  const { storeOwner = Owner.root } = input;
  const usualOwner: OwnerAt = (path) =>
    path === "/nix" || path.startsWith("/nix/") ? storeOwner : Owner.root;
  const root = inventedDirectory("/", usualOwner);
  for (const storePath of input.storePaths)
    putLeaf(root, storePath, { kind: "store path", storePath, owner: storeOwner }, usualOwner);
  if (input.baseSystem !== undefined) putBaseSystem(root, "", input.baseSystem, usualOwner);
  // Last, because a directory that both bring has the database's mode.
  if (input.database !== undefined) putDatabase(root, input.database, usualOwner);
  return root;
}

/** Who owns what stands at a path, where nothing says otherwise. */
type OwnerAt = (path: ByteString) => Owner;

const INVENTED_MODE = 0o755;
const DATABASE_MODE = 0o755;

/** The root keeps its made-up mode: nix2container cuts `/nix/store/…-base-system` off the rest only. */
function putBaseSystem(
  root: Draft,
  at: ByteString,
  directory: Directory,
  usualOwner: OwnerAt,
): void {
  for (const [name, tree] of directory.entries) {
    const path = `${at}/${name}`;
    const owned = {
      mode: tree.mode ?? baseSystemMode(path, tree),
      owner: tree.owner ?? usualOwner(path),
    };
    switch (tree.kind) {
      case "directory":
        putDirectory(root, path, owned, usualOwner);
        putBaseSystem(root, path, tree, usualOwner);
        break;
      case "regular":
        putLeaf(root, path, { kind: "regular", ...owned, contents: tree.contents }, usualOwner);
        break;
      case "symlink":
        putLeaf(root, path, { kind: "symlink", ...owned, target: tree.target }, usualOwner);
        break;
    }
  }
}

function baseSystemMode(path: ByteString, tree: Tree): number {
  // docker.nix: perms = [{ regex = "(/var)?/tmp"; mode = "1777"; }]. nix2container searches for it
  // anywhere in the path, and asks not what kind of file it is.
  if (path.includes("/tmp")) return 0o1777;
  // As in a Nix store.
  if (tree.kind === "symlink") return 0o777;
  return tree.kind === "directory" || tree.executable ? 0o555 : 0o444;
}

/** nix2container gives its own files 0755 by the regex `.*`, so links and db.sqlite have it too. */
function putDatabase(root: Draft, database: StoreDatabase, usualOwner: OwnerAt): void {
  const owned = { mode: DATABASE_MODE, owner: usualOwner("/nix") };
  const gcroots = "/nix/var/nix/gcroots";
  for (const path of [
    ...["/nix", STORE_DIR, `${STORE_DIR}/.links`],
    ...["/nix/var", "/nix/var/nix", "/nix/var/nix/db", gcroots, `${gcroots}/docker`],
  ])
    putDirectory(root, path, owned, usualOwner);
  const db: LayerLeaf = { kind: "regular", ...owned, contents: database.sqlite };
  putLeaf(root, "/nix/var/nix/db/db.sqlite", db, usualOwner);
  for (const target of database.registered) {
    const path = `${gcroots}/docker/${StorePath.baseName(target)}`;
    putLeaf(root, path, { kind: "symlink", ...owned, target }, usualOwner);
  }
}

/** A directory that still grows. */
interface Draft extends LayerDirectory {
  mode: number;
  owner: Owner;
  readonly entries: Map<ByteString, Draft | LayerLeaf>;
}

const inventedDirectory = (path: ByteString, usualOwner: OwnerAt): Draft => ({
  kind: "directory",
  mode: INVENTED_MODE,
  owner: usualOwner(path),
  entries: new Map(),
});

/** A directory that is there keeps its entries and takes the new mode and owner. */
function putDirectory(
  root: Draft,
  path: ByteString,
  { mode, owner }: Owned,
  usualOwner: OwnerAt,
): void {
  const directory = directoryAt(root, path.split("/").slice(1), usualOwner);
  directory.mode = mode;
  directory.owner = owner;
}

function putLeaf(root: Draft, path: ByteString, leaf: LayerLeaf, usualOwner: OwnerAt): void {
  const names = path.split("/").slice(1);
  const { entries } = directoryAt(root, names.slice(0, -1), usualOwner);
  const name = names.at(-1) ?? "";
  if (entries.has(name)) throw lixError("LAYER_CONFLICT", { path });
  entries.set(name, leaf);
}

function directoryAt(root: Draft, names: readonly ByteString[], usualOwner: OwnerAt): Draft {
  let at = root;
  for (const [depth, name] of names.entries()) {
    const path = `/${names.slice(0, depth + 1).join("/")}`;
    const there = at.entries.get(name);
    if (there !== undefined && there.kind !== "directory")
      throw lixError("LAYER_CONFLICT", { path });
    const next = there ?? inventedDirectory(path, usualOwner);
    at.entries.set(name, next);
    at = next;
  }
  return at;
}
