/**
 * A real package set with the answers of the real docker.nix, where the variable `LIX_IMAGE_WORLD`
 * names one: a folder with a lock, a signed cache, `oracle/*.json` and a `compare.py`.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { LixImageInputs } from "../../sdk/args.ts";
import { needs } from "./peers.ts";

export interface RealWorld {
  readonly lockFile: string;
  readonly compareScript: string;
  readonly oracles: readonly Oracle[];
}

/** What the real docker.nix made of some arguments. */
export interface Oracle {
  readonly file: string;
  readonly case: string;
  readonly args: LixImageInputs;
}

export function findRealWorld(): RealWorld | undefined {
  const named = process.env["LIX_IMAGE_WORLD"];
  if (named === undefined || named === "") return undefined;
  const folder = resolve(named);
  const oracles = readdirSync(join(folder, "oracle"))
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => {
      const file = join(folder, "oracle", name);
      const read = JSON.parse(readFileSync(file, "utf8")) as Pick<Oracle, "case" | "args">;
      return { file, case: read.case, args: read.args };
    });
  return {
    lockFile: join(folder, "lix-image.lock.json"),
    compareScript: join(folder, "compare.py"),
    oracles,
  };
}

/** The `skip` of a test that needs a real package set, and these peers. */
export const needsRealWorld = (...peers: readonly string[]): string | false =>
  findRealWorld() === undefined
    ? "LIX_IMAGE_WORLD names no folder with a real package set"
    : needs(...peers);
