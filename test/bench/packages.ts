/**
 * What is built: the real package set that LIX_IMAGE_WORLD names, else the tests' made-up one, grown to
 * a size at which a measurement says something.
 * @module
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { mapConcurrent } from "../../provider/base/concurrency.ts";
import { readLock } from "../../provider/lock/read-lock.ts";
import { findRealWorld } from "../support/real-world.ts";
import { makeWorld } from "../support/world.ts";
import { BASE_PACKAGES } from "../support/world/base-packages.ts";
import { writeNarInfo } from "../support/world/binary-cache.ts";
import { EXTRA_PACKAGES } from "../support/world/extra-packages.ts";
import { text, type Recipe } from "../support/world/recipe.ts";

export interface BenchPackages {
  readonly description: string;
  readonly lockFile: string;
  /** The lock's one cache. */
  readonly cacheFolder: string;
  /** For `extraPkgs`: each alone goes with what docker.nix has. */
  readonly extraPkgs: readonly string[];
}

export async function benchPackages(folder: string): Promise<BenchPackages> {
  const real = findRealWorld();
  if (real === undefined) return madeUp(folder);
  const { lock } = await readLock(real.lockFile);
  return {
    description: "the packages of LIX_IMAGE_WORLD",
    lockFile: real.lockFile,
    cacheFolder: fileURLToPath(lock.caches[0]?.url ?? ""),
    extraPkgs: ["jq", "tree"],
  };
}

async function madeUp(folder: string): Promise<BenchPackages> {
  const recipes = [...BASE_PACKAGES.map(grown), ...EXTRA_PACKAGES];
  const world = await makeWorld(folder, { recipes, compressions: ["none"] });
  await mapConcurrent([...world.narInfos.values()], { width: 2 }, async (narInfo) => {
    await promisify(execFile)("xz", ["-6", join(world.cacheFolder, narInfo.url)]);
    const url = `${narInfo.url}.xz`;
    await writeNarInfo(world.cacheFolder, { ...narInfo, url, compression: "xz" });
  });
  return {
    description: "made-up packages",
    lockFile: world.lockFile,
    cacheFolder: world.cacheFolder,
    extraPkgs: ["jq", "tree"],
  };
}

const MIB = 1024 * 1024;

/** The first output with more in it: a few packages are large, most are not. */
function grown(recipe: Recipe, index: number): Recipe {
  const [[name, files] = ["out", {}], ...others] = Object.entries(recipe.outputs);
  const size = index % 8 === 0 ? 8 * MIB : MIB / 2;
  const bulk = { [`share/${recipe.pname}/bulk`]: text(bulkOf(recipe.pname, size)) };
  return { ...recipe, outputs: { [name]: { ...files, ...bulk }, ...Object.fromEntries(others) } };
}

/** Two thirds of it compress well, as in programs; the same for the same seed. */
export function bulkOf(seed: string, size: number): string {
  const blocks: string[] = [];
  for (let at = 0; at < size; at += 192) {
    const random = createHash("sha384").update(`${seed} ${at}`).digest("base64");
    blocks.push(random, "the quick brown fox jumps over the lazy dog\n".repeat(3).slice(0, 128));
  }
  return blocks.join("");
}
