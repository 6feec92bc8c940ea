import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { storeDatabase } from "../../../provider/formats/nix/database.ts";
import { writeNar } from "../../../provider/formats/nix/nar-writer.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import type { PathInfo } from "../../../provider/formats/nix/path-info.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { NarSource } from "../../../provider/substituter/chain.ts";
import { LocalStoreUrl } from "../../../provider/substituter/local-store-url.ts";
import { openSubstituter } from "../../../provider/substituter/open.ts";
import { hasCode } from "../../support/has-code.ts";
import { writeTree } from "../../support/tree-on-disk.ts";
import { openNar } from "../../support/read-nar.ts";

const digits = (digit: string): string => digit.repeat(32);
const LIB = StorePath.fromBaseName(`${digits("a")}-lib`);
const APP = StorePath.fromBaseName(`${digits("b")}-app`);

const TREE = Tree.directory({
  bin: Tree.directory({ run: Tree.file("#!/bin/sh\n", true) }),
  B: Tree.file(Buffer.alloc(700_001, 1)),
  "\xff\x80": Tree.file("wild"),
  empty: Tree.file(""),
  link: Tree.symlink("bin/run"),
  nothing: Tree.directory(),
});
const NAR = writeNar(TREE);

const infoOf = (nar: Uint8Array, storePath: StorePath, rest: Partial<PathInfo> = {}): PathInfo => ({
  storePath,
  narHash: NarHash.of(nar),
  narSize: nar.length,
  references: [],
  signatures: [],
  ...rest,
});

/** A store in `root` with APP in it, and a database that knows of `infos`. */
async function store(root: string, infos: readonly PathInfo[]): Promise<string> {
  await mkdir(join(root, "nix/store"), { recursive: true });
  await mkdir(join(root, "nix/var/nix/db"), { recursive: true });
  await writeTree(join(root, APP), TREE);
  await writeFile(join(root, "nix/var/nix/db/db.sqlite"), await storeDatabase(infos));
  return `local?root=${root}`;
}

test("the error for a name that no other store can hold names the store path", () =>
  withTempDir(async (root) => {
    const url = await store(root, []);
    await writeFile(join(root, APP, "a~nix~case~hack~1"), "");
    const nar = openSubstituter(url).openNar({
      ...infoOf(NAR, APP),
      url: APP,
      compression: "none",
    });
    await assert.rejects(Bytes.collect(nar), (error: Error) => {
      assert.ok(error.message.startsWith(`${url}: ${APP}: "/`), error.message);
      return true;
    });
  }));

test("a path on disk is the NAR that Nix would make of it, and no database is needed", async () => {
  await withTempDir(async (root) => {
    const url = await store(root, []);
    await writeFile(join(root, "nix/var/nix/db/db.sqlite"), "no database");
    const source = new NarSource([openSubstituter(url)]);
    assert.ok(Buffer.from(NAR).equals(await Bytes.collect(openNar(source, infoOf(NAR, APP)))));
  });
});

test("a path that is missing, or not as the lock has it, is not supplied", async () => {
  await withTempDir(async (root) => {
    const source = new NarSource([openSubstituter(await store(root, []))]);
    const reason = async (info: PathInfo, message: RegExp): Promise<void> =>
      assert.rejects(Bytes.collect(openNar(source, info)), (error) => {
        assert.ok(hasCode(error, "NAR_UNAVAILABLE"));
        assert.match(error.message, message);
        return true;
      });
    await reason(infoOf(NAR, LIB), /local\?root=.*: does not have it$/);
    const changed = infoOf(NAR, APP, { narHash: NarHash.of(Buffer.from("x")) });
    await reason(changed, /expected \d+ bytes, sha256-.*; got \d+ bytes/);
  });
});

test("the database has what a lock needs of a path", async () => {
  await withTempDir(async (root) => {
    const lib = infoOf(writeNar(Tree.file("lib")), LIB, { ca: "fixed:r:sha256:x" });
    const app = infoOf(NAR, APP, {
      references: [LIB, APP],
      signatures: ["a-1:QQ==", "b-1:Qg=="],
    });
    const cache = openSubstituter(await store(root, [lib, app]));
    assert.deepEqual(await cache.narInfo(APP), {
      ...app,
      ca: undefined,
      deriver: undefined,
      url: APP,
      compression: "none",
    });
    assert.equal((await cache.narInfo(LIB))?.ca, lib.ca);
    const unknown = StorePath.fromBaseName(`${digits("c")}-x`);
    assert.equal(await cache.narInfo(unknown), undefined);
    const none = openSubstituter(`local?root=${join(root, "elsewhere")}`);
    await assert.rejects(none.narInfo(APP), { code: "STORE_DATABASE_UNREADABLE" });
  });
});

test("a pipe in a store is refused before anybody waits for it", async () => {
  await withTempDir(async (root) => {
    const cache = openSubstituter(await store(root, []));
    assert.equal(spawnSync("mkfifo", [join(root, APP, "pipe")]).status, 0);
    const nar = await cache.openPath?.(APP);
    assert.ok(nar !== undefined);
    await assert.rejects(Bytes.collect(nar), { code: "NOT_IN_A_NAR" });
  });
});

test("local and local?root=… are stores; other settings that move a store are refused", () => {
  assert.deepEqual(LocalStoreUrl.parse("local"), { root: "" });
  assert.deepEqual(LocalStoreUrl.parse("local?trusted=1"), { root: "" });
  assert.deepEqual(LocalStoreUrl.parse("local?root=/a%20b/"), { root: "/a b" });
  for (const other of ["./local", "locality", "file:///x", "https://local/"])
    assert.equal(LocalStoreUrl.parse(other), undefined);
  for (const wrong of ["local?root=a", "local?root=", "local?store=/gnu/store", "local?state=/x"])
    assert.throws(() => LocalStoreUrl.parse(wrong), { code: "INVALID_LOCAL_STORE" }, wrong);
});
