/**
 * Recipes made into store paths: tree, NAR, and what a store knows of them.
 * @module
 */
import { createHash } from "node:crypto";
import type { ByteString } from "../../../provider/base/byte-string.ts";
import { recursivePath } from "../../../provider/formats/nix/content-address.ts";
import { writeNar } from "../../../provider/formats/nix/nar-writer.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { nixbase32 } from "../../../provider/formats/nix/nixbase32.ts";
import type { PathInfo } from "../../../provider/formats/nix/path-info.ts";
import { scanReferences } from "../../../provider/formats/nix/references.ts";
import { sign } from "../../../provider/formats/nix/signature.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { Tree, type Directory } from "../../../provider/formats/nix/tree.ts";
import type { Files, Leaf, Recipe } from "./recipe.ts";

export interface StoreObject {
  readonly info: PathInfo;
  readonly tree: Tree;
  readonly nar: Uint8Array;
}

export interface StoreContents {
  readonly system: string;
  readonly recipes: readonly Recipe[];
  readonly nixpkgs: StorePath | undefined;
  /** By path, sorted; without the outputs that are not locked. */
  readonly objects: ReadonlyMap<StorePath, StoreObject>;
  /** `curl` (its first output), `curl.man`, `glibc`. */
  readonly path: (name: string) => StorePath;
}

/** Equal recipes, system and key give equal bytes. */
export function storeContents(options: {
  readonly system: string;
  readonly recipes: readonly Recipe[];
  readonly secretKey: string;
  readonly nixpkgs: Directory | undefined;
}): StoreContents {
  const names = pathsByName(options.recipes, options.system);
  const path = (name: string): StorePath => {
    const found = names.get(name);
    if (found === undefined) throw new RangeError(`no made-up package is called ${name}`);
    return found;
  };
  const candidates = new Set(names.values());
  const objects: StoreObject[] = options.recipes.flatMap((recipe) =>
    Object.entries(recipe.outputs)
      .filter(([output]) => recipe.notLocked?.includes(output) !== true)
      .map(([output, files]) => {
        const storePath = path(`${keyOf(recipe)}.${output}`);
        const tree = treeOf(files, path);
        const nar = writeNar(tree);
        const unsigned = {
          storePath,
          narHash: NarHash.of(nar),
          narSize: nar.length,
          references: scanReferences(nar, candidates),
          deriver: StorePath.baseName(madeUpPath(`${recipe.pname}-${recipe.version}.drv`, "drv")),
        };
        return {
          info: { ...unsigned, signatures: [sign(unsigned, options.secretKey)] },
          tree,
          nar,
        };
      }),
  );
  const nixpkgs = options.nixpkgs === undefined ? undefined : source(options.nixpkgs);
  if (nixpkgs !== undefined) objects.push(nixpkgs);
  objects.sort((a, b) => StorePath.compare(a.info.storePath, b.info.storePath));
  return {
    system: options.system,
    recipes: options.recipes,
    nixpkgs: nixpkgs?.info.storePath,
    objects: new Map(objects.map((object) => [object.info.storePath, object])),
    path,
  };
}

/** What recipes and tests call a package: its attribute, or the name of a library. */
export const keyOf = (recipe: Recipe): string => recipe.attribute ?? recipe.pname;

function pathsByName(recipes: readonly Recipe[], system: string): Map<string, StorePath> {
  const paths = new Map<string, StorePath>();
  for (const recipe of recipes)
    for (const output of Object.keys(recipe.outputs)) {
      const suffix = output === "out" ? "" : `-${output}`;
      const path = madeUpPath(`${recipe.pname}-${recipe.version}${suffix}`, system);
      paths.set(`${keyOf(recipe)}.${output}`, path);
      if (!paths.has(keyOf(recipe))) paths.set(keyOf(recipe), path);
    }
  return paths;
}

/** Looks input-addressed: only a derivation could show that it is not, and there is none. */
function madeUpPath(name: string, system: string): StorePath {
  const digest = createHash("sha256").update(`pulumi-lix ${system} ${name}`).digest();
  return StorePath.fromBaseName(`${nixbase32.encode(digest.subarray(0, 20))}-${name}`);
}

/** The content-addressed one: it needs no signature. */
function source(tree: Directory): StoreObject {
  const nar = writeNar(tree);
  const narHash = NarHash.of(nar);
  const { storePath, ca } = recursivePath("source", narHash, []);
  return {
    info: { storePath, narHash, narSize: nar.length, references: [], signatures: [], ca },
    tree,
    nar,
  };
}

function treeOf(files: Files, path: (name: string) => StorePath): Directory {
  type Mutable = Map<ByteString, Mutable | Tree>;
  const root: Mutable = new Map();
  for (const [file, leaf] of Object.entries(files)) {
    const steps = file.split("/");
    const name = steps.pop() ?? "";
    let at = root;
    for (const step of steps) {
      const below = at.get(step);
      const next: Mutable = below instanceof Map ? below : new Map();
      at.set(step, next);
      at = next;
    }
    at.set(name, leafTree(leaf, path));
  }
  const directory = (entries: Mutable): Directory => ({
    kind: "directory",
    entries: new Map(
      [...entries].map(([name, child]) => [name, child instanceof Map ? directory(child) : child]),
    ),
  });
  return directory(root);
}

function leafTree(leaf: Leaf, path: (name: string) => StorePath): Tree {
  const filled = (text: string): string =>
    text.replace(/@([A-Za-z0-9.-]+)@/g, (_, name: string) => path(name));
  switch (leaf.kind) {
    case "text":
      return Tree.file(filled(leaf.text), leaf.executable);
    case "link":
      return Tree.symlink(filled(leaf.target));
    case "empty directory":
      return Tree.directory();
  }
}
