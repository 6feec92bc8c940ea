/** Ways in which caches and locks go wrong, done to a world. @module */
import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lock, LockedPath } from "../../../provider/lock/lock.ts";
import { formatLock } from "../../../provider/lock/write-lock.ts";
import type { NarInfo } from "../../../provider/formats/nix/narinfo.ts";
import { sign } from "../../../provider/formats/nix/signature.ts";
import type { StorePath } from "../../../provider/formats/nix/store-path.ts";
import type { World } from "../world.ts";
import { narInfoFile, writeNarInfo } from "./binary-cache.ts";
import { compressNar, NAR_COMPRESSIONS, type NarCompression } from "./nar-compression.ts";
import { signingKey } from "./signing-key.ts";

export type NarDamage =
  | "missing"
  /** The file ends early, inside the compressed stream. */
  | "cut off"
  /** A whole stream of too few bytes. */
  | "too short"
  | "too long"
  /** A NAR of the promised size with one byte changed. */
  | "other contents"
  /** The narinfo names another compression than the file has. */
  | "misnamed compression";

/** Damages the cache; the lock stays as it was. */
export async function damageNar(world: World, path: StorePath, how: NarDamage): Promise<void> {
  const narInfo = narInfoOf(world, path);
  const file = join(world.cacheFolder, narInfo.url);
  const nar = world.contents.objects.get(path)?.nar ?? new Uint8Array();
  const write = (bytes: Uint8Array): Promise<void> =>
    writeFile(file, compressNar(bytes, compressionOf(narInfo)));
  switch (how) {
    case "missing":
      return rm(file);
    case "cut off":
      return truncate(file, (await readFile(file)).length >> 1);
    case "too short":
      return write(nar.subarray(0, -8));
    case "too long":
      return write(Buffer.concat([nar, Buffer.alloc(8)]));
    case "other contents":
      return write(withOneByteChanged(nar));
    case "misnamed compression":
      return writeNarInfo(world.cacheFolder, {
        ...narInfo,
        compression: narInfo.compression === "xz" ? "zstd" : "xz",
      });
  }
}

/** The cache no longer knows the path at all. */
export const removeNarInfo = (world: World, path: StorePath): Promise<void> =>
  rm(narInfoFile(world.cacheFolder, path));

/** The cache says something else of the path than the lock. */
export const changeNarInfo = (
  world: World,
  path: StorePath,
  change: Partial<NarInfo>,
): Promise<void> => writeNarInfo(world.cacheFolder, { ...narInfoOf(world, path), ...change });

export type SignatureDamage = "missing" | "of something else" | "by an unknown key";

/** Damages what the lock has of a path's signature. */
export async function damageSignature(
  world: World,
  path: StorePath,
  how: SignatureDamage,
): Promise<void> {
  await changeLockedPath(world, path, (locked) => ({
    ...locked,
    signatures: {
      missing: [],
      "of something else": [sign({ ...locked, narSize: locked.narSize + 8 }, world.key.secretKey)],
      "by an unknown key": [sign(locked, signingKey("stranger-1").secretKey)],
    }[how],
  }));
}

/** Rewrites the lock with one path changed in every system that has it. */
export async function changeLockedPath(
  world: World,
  path: StorePath,
  change: (locked: LockedPath) => LockedPath,
): Promise<void> {
  const systems = [...world.lock.systems.values()].map((system) => ({
    ...system,
    paths: new Map(
      [...system.paths].map(([key, locked]) => [key, key === path ? change(locked) : locked]),
    ),
  }));
  await writeWorldLock(world, {
    ...world.lock,
    systems: new Map(systems.map((system) => [system.system, system])),
  });
}

const writeWorldLock = (world: World, lock: Lock): Promise<void> =>
  writeFile(world.lockFile, formatLock(lock));

/** The lock has these caches instead of its own, in this order, each trusted with the world's key. */
export const useCaches = (world: World, ...urls: readonly string[]): Promise<void> =>
  writeWorldLock(world, {
    ...world.lock,
    caches: urls.map((url) => ({ url, trustedPublicKeys: [world.key.publicKey] })),
  });

/** Inside a file's contents, so that the NAR stays well-formed. */
function withOneByteChanged(nar: Uint8Array): Uint8Array {
  const changed = Buffer.from(nar);
  const at = changed.indexOf("placeholder");
  if (at < 0) throw new RangeError("no text to change: choose a path with a program");
  changed.write("P", at);
  return changed;
}

function narInfoOf(world: World, path: StorePath): NarInfo {
  const narInfo = world.narInfos.get(path);
  if (narInfo === undefined) throw new RangeError(`not in the cache: ${path}`);
  return narInfo;
}

function compressionOf(narInfo: NarInfo): NarCompression {
  const compression = NAR_COMPRESSIONS.find((name) => name === narInfo.compression);
  if (compression === undefined) throw new RangeError(`unexpected ${narInfo.compression}`);
  return compression;
}
