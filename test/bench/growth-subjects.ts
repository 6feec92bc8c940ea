/** Images of growing size, each along one way in which an image can grow. @module */
import { join } from "node:path";
import { Tree, type Directory } from "../../provider/formats/nix/tree.ts";
import { makeWorld } from "../support/world.ts";
import { BASE_PACKAGES } from "../support/world/base-packages.ts";
import { deepClosure, widePackages } from "../support/world/many-packages.ts";
import type { Recipe } from "../support/world/recipe.ts";
import { outputOf } from "./output.ts";
import { child } from "./workbench.ts";

export interface GrowthSubject {
  readonly name: string;
  /** How many of what grows. */
  readonly size: number;
  /** Builds the image in the local cache `cache`, and records its state in a file, which is returned. */
  readonly record: (folder: string, cache: string) => Promise<string>;
}

/** In each list only one thing grows. */
export const GROWTH: readonly (readonly GrowthSubject[])[] = [
  [125, 500, 1_000, 2_000].map((size) =>
    subject(`closure of ${size} paths`, size, {
      recipes: deepClosure(size - BASE_PACKAGES.length),
      extraPkgs: ["closure"],
    }),
  ),
  [100, 300].map((size) =>
    subject(`${size} packages of 300 files`, size, {
      recipes: widePackages(size, 300),
      extraPkgs: Array.from({ length: size }, (_, at) => `package-${at}`),
    }),
  ),
  [5_000, 45_000].map((size) =>
    subject(`one source of ${size} files`, size, { recipes: [], extraPkgs: [], source: size }),
  ),
];

interface Shape {
  /** Beside what docker.nix asks for. */
  readonly recipes: readonly Recipe[];
  readonly extraPkgs: readonly string[];
  /** Files in the nixpkgs that is bundled. Default: a few. */
  readonly source?: number;
}

function subject(name: string, size: number, shape: Shape): GrowthSubject {
  return {
    name,
    size,
    record: async (folder, cache) => {
      const { lockFile } = await makeWorld(folder, {
        recipes: [...BASE_PACKAGES, ...shape.recipes],
        compressions: ["none"],
        ...(shape.source === undefined ? {} : { nixpkgs: sourceOf(shape.source) }),
      });
      const state = join(folder, "state.json");
      const args = JSON.stringify({ extraPkgs: shape.extraPkgs });
      const command = [child("record-state.ts"), lockFile, state, args] as const;
      await outputOf([process.execPath, ...command], { LIX_IMAGE_CACHE: cache });
      return state;
    },
  };
}

/** A thousand files in each folder, as no real source has, but no more than two levels. */
function sourceOf(files: number): Directory {
  const folders = Array.from({ length: Math.ceil(files / 1_000) }, (_, folder) => {
    const count = Math.min(1_000, files - folder * 1_000);
    const entries = Array.from({ length: count }, (_, at): [string, Tree] => [
      `file-${at}.nix`,
      Tree.file(`{ number = ${at}; }\n`),
    ]);
    return [`folder-${folder}`, Tree.directory(Object.fromEntries(entries))] as const;
  });
  const loaded = Tree.file("{ ... }: { lib = import ./lib; }\n");
  const version = Tree.file('{ version = "24.11"; }\n');
  return Tree.directory({
    ...Object.fromEntries(folders),
    "default.nix": loaded,
    lib: Tree.directory({ "default.nix": version }),
  });
}
