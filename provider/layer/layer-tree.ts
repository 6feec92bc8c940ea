/**
 * The file system of one layer, with the modes nix2container gives.
 * @module
 */
import { ByteString } from "../base/byte-string.ts";
import { LixImageError } from "../base/errors.ts";
import { STORE_DIR, StorePath } from "../nix/store-path.ts";
import type { Directory, Tree } from "../nix/tree.ts";

export interface LayerDirectory {
  readonly kind: "directory";
  readonly mode: number;
  /** In any order: the tar has them bytewise by name. */
  readonly entries: ReadonlyMap<ByteString, LayerNode>;
}
export type LayerNode = LayerDirectory | LayerLeaf;
export type LayerLeaf =
  | { readonly kind: "regular"; readonly mode: number; readonly contents: Uint8Array }
  | { readonly kind: "symlink"; readonly mode: number; readonly target: ByteString }
  /** Stands for a whole store path, whose NAR streams by when the layer is packed. */
  | { readonly kind: "store path"; readonly storePath: StorePath };

export interface LayerTreeInput {
  readonly storePaths: readonly StorePath[];
  readonly baseSystem?: Directory | undefined;
  readonly database?: StoreDatabase | undefined;
}

export interface StoreDatabase {
  /** The bytes of db.sqlite. */
  readonly sqlite: Uint8Array;
  /** The paths it registers: each gets a garbage collector root. */
  readonly registered: readonly StorePath[];
}

/** The root directory of the layer. Parents that nothing brings along are made up, 0755. */
export function layerTree(input: LayerTreeInput): LayerDirectory {
  const root: Draft = { kind: "directory", mode: INVENTED_MODE, entries: new Map() };
  for (const storePath of input.storePaths)
    putLeaf(root, storePath, { kind: "store path", storePath });
  if (input.baseSystem !== undefined) putBaseSystem(root, "", input.baseSystem);
  // Last, because a directory that both bring has the database's mode.
  if (input.database !== undefined) putDatabase(root, input.database);
  return root;
}

const INVENTED_MODE = 0o755;
const DATABASE_MODE = 0o755;

/** The root keeps its made-up mode: nix2container cuts `/nix/store/…-base-system` off the rest only. */
function putBaseSystem(root: Draft, at: ByteString, directory: Directory): void {
  for (const [name, tree] of directory.entries) {
    const path = `${at}/${name}`;
    const mode = baseSystemMode(path, tree);
    switch (tree.kind) {
      case "directory":
        putDirectory(root, path, mode);
        putBaseSystem(root, path, tree);
        break;
      case "regular":
        putLeaf(root, path, { kind: "regular", mode, contents: tree.contents });
        break;
      case "symlink":
        putLeaf(root, path, { kind: "symlink", mode, target: tree.target });
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
function putDatabase(root: Draft, database: StoreDatabase): void {
  const mode = DATABASE_MODE;
  for (const path of ["/nix", STORE_DIR, `${STORE_DIR}/.links`]) putDirectory(root, path, mode);
  const gcroots = "/nix/var/nix/gcroots";
  for (const path of ["/nix/var", "/nix/var/nix", "/nix/var/nix/db", gcroots, `${gcroots}/docker`])
    putDirectory(root, path, mode);
  putLeaf(root, "/nix/var/nix/db/db.sqlite", { kind: "regular", mode, contents: database.sqlite });
  for (const target of database.registered)
    putLeaf(root, `${gcroots}/docker/${StorePath.baseName(target)}`, {
      kind: "symlink",
      mode,
      target,
    });
}

/** A directory that still grows. */
interface Draft extends LayerDirectory {
  mode: number;
  readonly entries: Map<ByteString, Draft | LayerLeaf>;
}

/** A directory that is there keeps its entries and takes the new mode. */
function putDirectory(root: Draft, path: ByteString, mode: number): void {
  directoryAt(root, path.split("/").slice(1)).mode = mode;
}

function putLeaf(root: Draft, path: ByteString, leaf: LayerLeaf): void {
  const names = path.split("/").slice(1);
  const { entries } = directoryAt(root, names.slice(0, -1));
  const name = names.at(-1) ?? "";
  if (entries.has(name)) throw new LayerConflict(path);
  entries.set(name, leaf);
}

function directoryAt(root: Draft, names: readonly ByteString[]): Draft {
  let at = root;
  for (const [depth, name] of names.entries()) {
    const there = at.entries.get(name);
    if (there !== undefined && there.kind !== "directory")
      throw new LayerConflict(`/${names.slice(0, depth + 1).join("/")}`);
    const next: Draft = there ?? { kind: "directory", mode: INVENTED_MODE, entries: new Map() };
    at.entries.set(name, next);
    at = next;
  }
  return at;
}

export class LayerConflict extends LixImageError {
  readonly code = "LAYER_CONFLICT";
  constructor(path: ByteString) {
    super(`two parts of one layer bring ${JSON.stringify(ByteString.toText(path))}`, {
      hint: "raise `maxLayers`, so that fewer paths share a layer",
    });
  }
}
