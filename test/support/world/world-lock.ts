import type { Lock, LockedPackage, LockedPath, LockedSystem } from "../../../provider/lock/lock.ts";
import type { NarInfo } from "../../../provider/formats/nix/narinfo.ts";
import type { StorePath } from "../../../provider/formats/nix/store-path.ts";
import type { Recipe } from "./recipe.ts";
import { keyOf, type StoreContents } from "./store-contents.ts";

/** The lock of made-up packages, with one cache whose URL is as given (it may be relative). */
export function worldLock(options: {
  readonly cache: string;
  readonly publicKey: string;
  readonly systems: readonly StoreContents[];
  readonly narInfos: ReadonlyMap<StorePath, NarInfo>;
}): Lock {
  return {
    caches: [{ url: options.cache, trustedPublicKeys: [options.publicKey] }],
    systems: new Map(
      options.systems.map((contents) => [
        contents.system,
        lockedSystem(contents, options.narInfos),
      ]),
    ),
  };
}

function lockedSystem(
  contents: StoreContents,
  narInfos: ReadonlyMap<StorePath, NarInfo>,
): LockedSystem {
  const packages = contents.recipes
    .filter((recipe) => recipe.attribute !== undefined)
    .map((recipe) => lockedPackage(recipe, contents));
  const paths = [...contents.objects.values()].map(({ info }): [StorePath, LockedPath] => [
    info.storePath,
    { ...info, downloadSize: narInfos.get(info.storePath)?.fileSize },
  ]);
  return {
    system: contents.system,
    nixpkgs: contents.nixpkgs,
    packages: new Map(packages.map((locked) => [locked.attribute, locked])),
    paths: new Map(paths),
  };
}

function lockedPackage(recipe: Recipe, contents: StoreContents): LockedPackage {
  const outputs = Object.keys(recipe.outputs);
  const [first = "out"] = outputs;
  return {
    attribute: keyOf(recipe),
    name: `${recipe.pname}-${recipe.version}`,
    version: recipe.version,
    outputs: new Map(outputs.map((name) => [name, contents.path(`${keyOf(recipe)}.${name}`)])),
    defaultOutput: first,
    outputsToInstall: recipe.outputsToInstall ?? usuallyInstalled(outputs, first),
    priority: recipe.priority ?? 5,
    outputSpecified: recipe.outputSpecified ?? false,
  };
}

/** nixpkgs, check-meta.nix: `bin`, else `out`, else the first; and `man`. */
function usuallyInstalled(outputs: readonly string[], first: string): string[] {
  const main = ["bin", "out"].find((name) => outputs.includes(name)) ?? first;
  return outputs.includes("man") ? [main, "man"] : [main];
}
