import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import type { Lock } from "../../../provider/lock/lock.ts";
import { formatLock, writeLock } from "../../../provider/lock/write-lock.ts";
import { sampleLock } from "./sample.ts";

const golden = join(import.meta.dirname, "../../golden/lock/sample.lock.json");

test("a lock is written as the golden has it", (t) => {
  t.assert.fileSnapshot(formatLock(sampleLock()), golden, {
    serializers: [(text) => String(text)],
  });
});

test("equal contents give equal bytes, in any order", () => {
  const lock = sampleLock();
  const turned: Lock = {
    caches: lock.caches.map((cache) => ({
      ...cache,
      trustedPublicKeys: [...cache.trustedPublicKeys, ...cache.trustedPublicKeys],
    })),
    systems: new Map(
      [...lock.systems].map(([name, system]) => [
        name,
        {
          ...system,
          packages: new Map([...system.packages].reverse()),
          paths: new Map(
            [...system.paths]
              .reverse()
              .map(([path, locked]) => [
                path,
                { ...locked, references: locked.references.toReversed() },
              ]),
          ),
        },
      ]),
    ),
  };
  assert.equal(formatLock(turned), formatLock(lock));
});

test("a lock is replaced atomically, and no temporary file is left beside it", async () => {
  await withTempDir(async (dir) => {
    const file = join(dir, "lix-image.lock.json");
    await writeFile(file, "old");
    await writeLock(file, "new");
    assert.equal(await readFile(file, "utf8"), "new");
    assert.deepEqual(await readdir(dir), ["lix-image.lock.json"]);
    await assert.rejects(writeLock(join(dir, "nowhere", "lock.json"), "new"), {
      code: "FILE_UNUSABLE",
    });
  });
});
