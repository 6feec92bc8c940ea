/**
 * Identity before bytes: a layer's recipe fixes its tar, so its diffId; the compressor fixes the digest.
 * @module
 */
import { createHash } from "node:crypto";
import type { ByteString } from "../base/byte-string.ts";
import { canonicalJson, type Json } from "../base/canonical-json.ts";
import { Owner, type StoreOwner } from "../base/owner.ts";
import type { NarHash } from "../formats/nix/nix-hash.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { Attributes, Tree } from "../formats/nix/tree.ts";
import { LayerCompression } from "../formats/layer/layer-compression.ts";
import type { Platform } from "../formats/oci/descriptor.ts";

/**
 * Version of everything that reaches a digest; stored in state. Raising it changes the digest of every new image;
 * an image that is in a state keeps the layers that it has. 2: gzip by libdeflate.
 */
export const FORMAT_VERSION = 2;

/** Version of how a PlanKey is computed. The keys of the layers say which format versions they have. */
const PLAN_VERSION = 1;

/** sha256 of a recipe's canonical JSON, 64 hex digits: the key of the layer cache. */
export type LayerKey = string;

declare const brand: unique symbol;
/** sha256 of all recipes, config and platform, 64 hex digits. Same PlanKey, same image. */
export type PlanKey = string & { readonly [brand]: "PlanKey" };

/** Identity of a tree in memory: its NAR hash, and what that leaves out. */
export interface TreeKey {
  readonly narHash: NarHash;
  /** {@link attributesKey} of the tree. */
  readonly attributes: string | undefined;
}

export interface LayerRecipe {
  /** Sorted by base name. */
  readonly storePaths: readonly { readonly baseName: string; readonly narHash: NarHash }[];
  /** NAR hash of the base system's tree, where this layer holds it. */
  readonly baseSystem: NarHash | undefined;
  /** {@link attributesKey} of that tree: what its NAR hash leaves out. */
  readonly baseSystemAttributes: string | undefined;
  /** {@link databaseKey} of the registered paths, where this layer holds the database. */
  readonly database: string | undefined;
  /** The program's own files, in a layer that holds nothing else. */
  readonly files?: TreeKey | undefined;
  /** Who owns `/nix` and everything below it. */
  readonly storeOwner: StoreOwner;
  readonly compression: LayerCompression;
}

export function layerKey(recipe: LayerRecipe): LayerKey {
  return sha256({
    version: LayerCompression.formatVersion(recipe.compression),
    storePaths: recipe.storePaths.map((path) => [path.baseName, path.narHash]),
    baseSystem: recipe.baseSystem,
    baseSystemAttributes: recipe.baseSystemAttributes,
    database: recipe.database,
    files: recipe.files && [recipe.files.narHash, recipe.files.attributes ?? null],
    storeOwner: storeOwnerJson(recipe.storeOwner),
    compression: { algorithm: recipe.compression.algorithm, level: recipe.compression.level },
  });
}

/** sha256 of the modes and owners that a tree gives itself; undefined when it gives none. */
export function attributesKey(tree: Tree): string | undefined {
  const rows = [...attributeRows("", tree)].sort(([a], [b]) => (a < b ? -1 : 1));
  return rows.length === 0 ? undefined : sha256(rows);
}

function* attributeRows(path: ByteString, tree: Tree): Generator<[ByteString, Json, Json]> {
  const { mode, owner }: Attributes = tree;
  if (mode !== undefined || owner !== undefined)
    yield [path, mode ?? null, owner === undefined ? null : ownerJson(owner)];
  if (tree.kind !== "directory") return;
  for (const [name, child] of tree.entries) yield* attributeRows(`${path}/${name}`, child);
}

const ownerJson = ({ uid, gid, user, group }: Owner): Json => [uid, gid, user, group];

/** A store that root alone writes to keeps the key that it had before there were owners. */
function storeOwnerJson(owner: StoreOwner): Json | undefined {
  if (owner.groupWrites === true) return [ownerJson(owner), "group writes"];
  return Owner.equals(owner, Owner.root) ? undefined : ownerJson(owner);
}

/**
 * Stands for the bytes of db.sqlite, so that a plan need not make them, and for the links that keep paths
 * from the garbage collector.
 * @param gcRoots undefined: all of the rows.
 */
export function databaseKey(rows: readonly PathInfo[], gcRoots?: readonly StorePath[]): string {
  const key = rowsKey(rows);
  return gcRoots === undefined ? key : sha256([key, gcRoots.map(StorePath.baseName)]);
}

function rowsKey(rows: readonly PathInfo[]): string {
  return sha256(
    rows.map((row) => [
      StorePath.baseName(row.storePath),
      row.narHash,
      row.narSize,
      row.references.map(StorePath.baseName),
      [...row.signatures],
      row.ca ?? null,
    ]),
  );
}

export function planKey(plan: {
  readonly layers: readonly LayerKey[];
  readonly config: Json;
  /** Annotations of the manifest; undefined for none. */
  readonly annotations?: Json | undefined;
  readonly platform: Platform;
}): PlanKey {
  const { os, architecture, variant } = plan.platform;
  const platform: Json = { os, architecture, variant };
  const { config, annotations } = plan;
  const layers = [...plan.layers];
  return brandPlanKey(sha256({ version: PLAN_VERSION, layers, config, annotations, platform }));
}

/** The key of an image for several platforms, from the keys of its children in the index's order. */
export function indexPlanKey(children: readonly PlanKey[]): PlanKey {
  const [only, ...rest] = children;
  if (only !== undefined && rest.length === 0) return only;
  return brandPlanKey(sha256({ version: PLAN_VERSION, index: [...children] }));
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the one door into the brand
const brandPlanKey = (hex: string): PlanKey => hex as PlanKey;

const sha256 = (value: Json): string =>
  createHash("sha256").update(canonicalJson(value)).digest("hex");
