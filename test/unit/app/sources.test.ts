/** The same image, wherever its store paths come from. @module */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { ByteString } from "../../../provider/base/byte-string.ts";
import { Session } from "../../../provider/app/session.ts";
import type { LockFile } from "../../../provider/lock/lock-schema.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import type { Tree } from "../../../provider/formats/nix/tree.ts";
import { NarSource } from "../../../provider/substituter/chain.ts";
import { openSubstituter } from "../../../provider/substituter/open.ts";
import { buildImage } from "../../support/built-image.ts";
import { readTree } from "../../support/nar.ts";
import { tarOf, type TarPart } from "../../support/tar.ts";
import { writeTree } from "../../support/tree-on-disk.ts";
import { makeWorld, type World } from "../../support/world.ts";
import { openNar } from "../../support/read-nar.ts";

describe("the image is the same", () => {
  let folder = "";
  let world: World;
  let expected = "";

  /** Its digest, with nothing known before, by the world's lock with changes. */
  async function digest(change: (lock: LockFile) => void): Promise<string> {
    const lock = JSON.parse(await readFile(world.lockFile, "utf8")) as LockFile;
    change(lock);
    const place = await mkdtemp(join(folder, "build-"));
    const file = join(place, "lix-image.lock.json");
    await writeFile(file, JSON.stringify(lock));
    const image = await buildImage(new Session(join(place, "cache")), { lock: file });
    return image.digest;
  }
  const useCache = (lock: LockFile, url: string): void => {
    for (const cache of lock.caches) cache.url = url;
  };
  /** The tree of a path, out of the world's cache. */
  const treeOf = async (path: StorePath): Promise<Tree> => {
    const info = world.narInfos.get(path);
    assert.ok(info !== undefined);
    const cache = openSubstituter(pathToFileURL(world.cacheFolder).href);
    return readTree(openNar(new NarSource([cache]), info));
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lix-image-"));
    world = await makeWorld(folder);
    expected = await digest((lock) => useCache(lock, pathToFileURL(world.cacheFolder).href));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("when only what the lock says of its packages changes", async () => {
    const changed = digest((lock) => {
      useCache(lock, pathToFileURL(world.cacheFolder).href);
      lock.version = 2;
      for (const { packages } of Object.values(lock.systems))
        for (const locked of Object.values(packages))
          Object.assign(locked, {
            license: "MIT",
            homepage: "https://example.org/",
            identifiers: { purl: "pkg:generic/x@1" },
          });
    });
    assert.equal(await changed, expected);
  });

  test("from a local store as from the cache", async () => {
    const root = join(folder, "store");
    for (const path of world.narInfos.keys()) await writeTree(join(root, path), await treeOf(path));
    assert.equal(await digest((lock) => useCache(lock, `local?root=${root}`)), expected);
  });

  test("when the nixpkgs source is in no cache, but in a tarball", async () => {
    const nixpkgs = [...world.systems.values()][0]?.nixpkgs;
    assert.ok(nixpkgs !== undefined);
    const tarball = join(folder, "nixpkgs.tar.gz");
    await writeFile(tarball, gzipSync(tarOf(...tarParts("nixpkgs-abc", await treeOf(nixpkgs)))));
    await rm(join(world.cacheFolder, `${StorePath.hashPart(nixpkgs)}.narinfo`));
    const build = (fetch: { tarball: string } | undefined): Promise<string> =>
      digest((lock) => {
        useCache(lock, pathToFileURL(world.cacheFolder).href);
        for (const { paths } of Object.values(lock.systems))
          Object.assign(paths[StorePath.baseName(nixpkgs)] ?? {}, { fetch });
      });
    await assert.rejects(build(undefined), /none of 1 caches can supply it/);
    assert.equal(await build({ tarball: pathToFileURL(tarball).href }), expected);
  });
});

const tarParts = (name: ByteString, tree: Tree): TarPart[] =>
  tree.kind === "symlink"
    ? [{ name, type: "2", target: tree.target }]
    : tree.kind === "directory"
      ? [
          { name: `${name}/`, type: "5" },
          ...[...tree.entries].flatMap(([entry, node]) => tarParts(`${name}/${entry}`, node)),
        ]
      : [{ name, mode: tree.executable ? 0o755 : 0o644, contents: tree.contents }];
