/**
 * The image that is built again and again, and what the yardsticks work on: its NARs as the cache has
 * them, its layers as tars, its state.
 * @module
 */
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { readLock } from "../../provider/lock/read-lock.ts";
import { NarInfo } from "../../provider/formats/nix/narinfo.ts";
import { StorePath } from "../../provider/formats/nix/store-path.ts";
import type { LixImageOutputs } from "../../sdk/outputs.ts";
import { measureNode, type NodeUsage } from "../support/measured.ts";
import { REPOSITORY } from "../support/source-files.ts";
import { outputOf } from "./output.ts";
import type { BenchPackages } from "./packages.ts";

export interface Workbench {
  readonly folder: string;
  readonly packages: BenchPackages;
  /** The image's packages. */
  readonly storePaths: readonly StorePath[];
  /** Their NARs. */
  readonly nars: readonly string[];
  readonly narBytes: number;
  readonly downloadBytes: number;
  /** All layers one after the other, uncompressed. */
  readonly tar: string;
  readonly layout: string;
  /** A local cache in which all of it is known. */
  readonly cache: string;
  /** What record-state.ts wrote. */
  readonly state: string;
}

const MAIN = join(REPOSITORY, "dist/provider/cli/main.js");
export const child = (name: string): string => join(REPOSITORY, "test/bench/children", name);

export async function makeWorkbench(folder: string, packages: BenchPackages): Promise<Workbench> {
  const [cache, layout, tar, state] = ["cache", "layout", "layers.tar", "state.json"].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  const env = { LIX_IMAGE_CACHE: cache };
  const args = await writeArguments(folder, { lock: packages.lockFile });
  const built = await outputOf(
    [process.execPath, MAIN, "build", args, "--oci", layout, "--json"],
    env,
  );
  const outputs = JSON.parse(built) as LixImageOutputs;
  for (const { digest } of outputs.layers ?? [])
    await pipeline(
      createReadStream(join(layout, "blobs/sha256", digest.slice("sha256:".length))),
      createGunzip(),
      createWriteStream(tar, { flags: "a" }),
    );
  await outputOf([process.execPath, child("record-state.ts"), packages.lockFile, state], env);
  return { folder, packages, tar, layout, cache, state, ...(await narsOf(outputs, packages)) };
}

/** ARGS.json for the command line. */
export async function writeArguments(folder: string, args: object): Promise<string> {
  const file = join(folder, "args.json");
  await writeFile(file, JSON.stringify(args));
  return file;
}

/** `lix-image COMMAND ARGS.json …`, as it is shipped. */
export const lixImage = (args: readonly string[], cache: string): Promise<NodeUsage> =>
  measureNode(MAIN, args, { LIX_IMAGE_CACHE: cache });

async function narsOf({ layers }: LixImageOutputs, { lockFile, cacheFolder }: BenchPackages) {
  const { lock } = await readLock(lockFile);
  const locked = new Map([...lock.systems.values()].flatMap(({ paths }) => [...paths]));
  const storePaths: StorePath[] = [];
  const nars: string[] = [];
  let narBytes = 0;
  let downloadBytes = 0;
  for (const { storePath, narSize } of (layers ?? []).flatMap(({ storePaths = [] }) =>
    // What we make ourselves is in no cache.
    storePaths.flatMap((path) => locked.get(StorePath.parse(path)) ?? []),
  )) {
    const file = join(cacheFolder, `${StorePath.hashPart(storePath)}.narinfo`);
    const nar = join(cacheFolder, NarInfo.parse(await readFile(file, "utf8"), storePath).url);
    storePaths.push(storePath);
    nars.push(nar);
    narBytes += narSize;
    downloadBytes += (await stat(nar)).size;
  }
  return { storePaths, nars, narBytes, downloadBytes };
}
