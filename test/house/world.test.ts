import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { parseLock, readLock } from "../../provider/lock/read-lock.ts";
import { verifyLock } from "../../provider/lock/verify-lock.ts";
import { formatLock } from "../../provider/lock/write-lock.ts";
import { changeLockedPath, damageSignature } from "../support/world/damage.ts";
import { NAR_COMPRESSIONS } from "../support/world/nar-compression.ts";
import { makeWorld } from "../support/world.ts";

const SYSTEMS = ["x86_64-linux", "aarch64-linux"] as const;

test("the made-up packages come with a lock that reads, and whose signatures hold", async () => {
  await withTempDir(async (folder) => {
    const world = await makeWorld(folder, { systems: SYSTEMS });
    const { lock } = await readLock(world.lockFile);
    await verifyLock(lock);
    assert.deepEqual([...lock.systems.keys()].sort(), [...SYSTEMS].sort());
    const used = new Set([...world.narInfos.values()].map((narInfo) => narInfo.compression));
    assert.deepEqual(used, new Set(NAR_COMPRESSIONS));
  });
});

test("the made-up packages are the same bytes each time", async () => {
  await withTempDir(async (one) => {
    await withTempDir(async (other) => {
      const { lockFile } = await makeWorld(one);
      const again = await makeWorld(other);
      assert.equal(await readFile(again.lockFile, "utf8"), await readFile(lockFile, "utf8"));
    });
  });
});

test("packages of different systems share no path but nixpkgs", async () => {
  await withTempDir(async (folder) => {
    const world = await makeWorld(folder, { systems: SYSTEMS });
    const [left, right] = [...world.systems.values()].map((system) => system.objects);
    assert.ok(left !== undefined && right !== undefined);
    assert.deepEqual(
      [...left.keys()].filter((path) => right.has(path)),
      [world.contents.nixpkgs],
    );
  });
});

test("the lock is written in the one canonical form", async () => {
  await withTempDir(async (folder) => {
    const { lockFile } = await makeWorld(folder);
    const text = await readFile(lockFile, "utf8");
    const read = parseLock(text, lockFile);
    // Reading makes the cache's URL absolute; all else is as it was.
    assert.equal(formatLock({ ...read, caches: [] }), withoutCaches(text));
  });
});

test("damaging a signature is what makes the lock untrusted", async () => {
  await withTempDir(async (folder) => {
    const world = await makeWorld(folder);
    for (const how of ["missing", "of something else", "by an unknown key"] as const) {
      await damageSignature(world, world.path("glibc"), how);
      const { lock } = await readLock(world.lockFile);
      await assert.rejects(verifyLock(lock), /glibc-2\.39/, how);
    }
    await changeLockedPath(world, world.path("glibc"), (locked) => locked);
    await verifyLock((await readLock(join(folder, "lix-image.lock.json"))).lock);
  });
});

const withoutCaches = (text: string): string =>
  text.replace(/"caches": \[[^]*?\n {2}\],/, '"caches": [],');
