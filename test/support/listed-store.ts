/**
 * A store of listings for tests of buildEnv, written as trees.
 * @module
 */
import type { EnvPackage, EnvResult } from "../../provider/formats/nix/build-env.ts";
import { listTree } from "./list-tree.ts";
import type { Listing } from "../../provider/formats/nix/listing.ts";
import { StorePath } from "../../provider/formats/nix/store-path.ts";
import { Tree } from "../../provider/formats/nix/tree.ts";
import type { Directory } from "../../provider/formats/nix/tree.ts";
import type { ListingOf } from "../../provider/formats/nix/virtual-store.ts";

/** `/nix/store/aaa…-a`; names that begin with no digit of nixbase32 get a hash of zeros. */
export const pathOf = (name: string): StorePath => {
  const digit = /^[0-9a-df-np-sv-z]/.exec(name)?.[0] ?? "0";
  return StorePath.fromBaseName(`${digit.repeat(32)}-${name}`);
};

/** By name; what is not in it is not in the closure. */
export type TestStore = Readonly<Record<string, Tree>>;

export const listings = (store: TestStore): ReadonlyMap<StorePath, Listing> =>
  new Map(Object.entries(store).map(([name, tree]) => [pathOf(name), listTree(tree)]));

export const knowsAll = (store: TestStore): ListingOf => {
  const known = listings(store);
  return (path) => known.get(path) ?? "absent";
};

/** Packages by name, with the priority that most have, or one of their own: `["a", ["b", 4]]`. */
export type Wanted = readonly (string | readonly [name: string, priority: number])[];

export const packages = (...wanted: Wanted): EnvPackage[] =>
  wanted.map((each) => {
    const [name, priority] = typeof each === "string" ? ([each, 5] as const) : each;
    return { storePath: pathOf(name), priority, label: `${name}-1.0` };
  });

/** The tree, shown as `{ "bin/": "directory", "bin/x": "a/bin/x" }`, targets without the store's path. */
export function shown(result: EnvResult): Record<string, string> {
  if (result.kind !== "built") throw new Error(`needs ${result.paths.join(" ")}`);
  const lines: Record<string, string> = {};
  const walk = (directory: Directory, above: string): void => {
    for (const [name, node] of directory.entries) {
      if (node.kind === "symlink")
        lines[above + name] = node.target.replace(/^\/nix\/store\/.{32}-/, "");
      if (node.kind === "directory") {
        lines[`${above}${name}/`] = "directory";
        walk(node, `${above}${name}/`);
      }
    }
  };
  walk(result.tree, "");
  return lines;
}

export const { directory, file, symlink } = Tree;

/** A package with one program, `bin/x`. */
export const binX = (text: string, executable = true): Directory =>
  directory({ bin: directory({ x: file(text, executable) }) });
