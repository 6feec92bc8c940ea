/**
 * A package set made up on the spot: a signed binary cache in a folder and a lock beside it, with all
 * that docker.nix asks for. Equal options give equal bytes (except for compressed files, whose bytes are
 * those of this Node's zlib).
 * @module
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lock } from "../../provider/lock/lock.ts";
import { formatLock } from "../../provider/lock/write-lock.ts";
import type { NarInfo } from "../../provider/formats/nix/narinfo.ts";
import type { StorePath } from "../../provider/formats/nix/store-path.ts";
import { Tree, type Directory } from "../../provider/formats/nix/tree.ts";
import { BASE_PACKAGES } from "./world/base-packages.ts";
import { writeBinaryCache } from "./world/binary-cache.ts";
import { EXTRA_PACKAGES } from "./world/extra-packages.ts";
import { NAR_COMPRESSIONS, type NarCompression } from "./world/nar-compression.ts";
import type { Recipe } from "./world/recipe.ts";
import { signingKey, type SigningKey } from "./world/signing-key.ts";
import { storeContents, type StoreContents } from "./world/store-contents.ts";
import { worldLock } from "./world/world-lock.ts";

export interface WorldOptions {
  /** Default: `["x86_64-linux"]`. */
  readonly systems?: readonly [string, ...string[]];
  /** Default: what docker.nix needs, and the extra packages. */
  readonly recipes?: readonly Recipe[];
  /** Taken in turn. Default: all of {@link NAR_COMPRESSIONS}. */
  readonly compressions?: readonly [NarCompression, ...NarCompression[]];
  /** Default: a tiny tree of which `import <nixpkgs/lib>` works; null: a lock without nixpkgs. */
  readonly nixpkgs?: Directory | null;
  /** Name of the signing key. Default: `"pulumi-lix-world-1"`. */
  readonly keyName?: string;
}

export interface World {
  readonly lockFile: string;
  readonly lock: Lock;
  readonly cacheFolder: string;
  readonly key: SigningKey;
  readonly systems: ReadonlyMap<string, StoreContents>;
  /** The first system's. */
  readonly contents: StoreContents;
  /** A store path of the first system: `curl` (its first output), `curl.man`, `glibc`. */
  readonly path: (name: string) => StorePath;
  readonly narInfos: ReadonlyMap<StorePath, NarInfo>;
}

/** Writes `<folder>/cache` and `<folder>/lix-image.lock.json`. */
export async function makeWorld(folder: string, options: WorldOptions = {}): Promise<World> {
  const key = signingKey(options.keyName ?? "pulumi-lix-world-1");
  const systems = (options.systems ?? ["x86_64-linux"]).map((system) =>
    contentsOf(system, key, options),
  );
  const [contents] = systems;
  if (contents === undefined) throw new RangeError("a world has at least one system");

  const cacheFolder = join(folder, "cache");
  await mkdir(cacheFolder, { recursive: true });
  const objects = new Map(systems.flatMap((system) => [...system.objects]));
  const narInfos = await writeBinaryCache(
    cacheFolder,
    objects.values(),
    options.compressions ?? NAR_COMPRESSIONS,
  );
  const lock = worldLock({ cache: "./cache", publicKey: key.publicKey, systems, narInfos });
  const lockFile = join(folder, "lix-image.lock.json");
  await writeFile(lockFile, formatLock(lock));
  return {
    lockFile,
    lock,
    cacheFolder,
    key,
    systems: new Map(systems.map((system) => [system.system, system])),
    contents,
    path: contents.path,
    narInfos,
  };
}

function contentsOf(system: string, key: SigningKey, options: WorldOptions): StoreContents {
  const make = (): StoreContents =>
    storeContents({
      system,
      recipes: options.recipes ?? [...BASE_PACKAGES, ...EXTRA_PACKAGES],
      secretKey: key.secretKey,
      nixpkgs: options.nixpkgs === null ? undefined : (options.nixpkgs ?? TINY_NIXPKGS),
    });
  if (options.recipes !== undefined || options.nixpkgs !== undefined) return make();
  const name = `${system} ${key.secretKey}`;
  const contents = usualContents.get(name) ?? make();
  usualContents.set(name, contents);
  return contents;
}

/** Most tests of a process have the same. */
const usualContents = new Map<string, StoreContents>();

const TINY_NIXPKGS = Tree.directory({
  "default.nix": Tree.file("{ ... }: { lib = import ./lib; }\n"),
  lib: Tree.directory({ "default.nix": Tree.file('{ version = "24.11"; }\n') }),
  ".version": Tree.file("24.11"),
});
