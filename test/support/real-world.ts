/**
 * A real package set with the answers of the real docker.nix, where the variable `LIX_IMAGE_WORLD`
 * names one: a folder with a lock, a signed cache, `oracle/*.json` and a `compare.py`.
 * @module
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
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

/** Names the folder of {@link realWorldCache} that all files of one run share. */
export const REAL_WORLD_CACHE = "LIX_IMAGE_WORLD_CACHE";

let own: string | undefined;

/**
 * A local cache for builds of the real packages, which take ten seconds without it. Only code of this run
 * has written to it; a file that runs alone has one of its own.
 */
export function realWorldCache(): string {
  const shared = process.env[REAL_WORLD_CACHE];
  if (shared !== undefined) return shared;
  own ??= temporaryFolder();
  return own;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lix-image-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
