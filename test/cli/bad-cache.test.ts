import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";
import { startCacheServer, type CacheServer } from "../support/cache-server.ts";
import { copyCache } from "../support/world/binary-cache.ts";
import {
  changeNarInfo,
  damageNar,
  removeNarInfo,
  useCaches,
  type NarDamage,
} from "../support/world/damage.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

const run = promisify(execFile);

/** Two caches, `./cache` of which the test damages something, then another that knows nothing. */
async function withSecondCache(
  workshop: Workshop,
  use: (second: CacheServer) => Promise<void>,
): Promise<void> {
  const second = await startCacheServer();
  try {
    await useCaches(workshop.world, "./cache", second.url);
    await use(second);
  } finally {
    await second.close();
  }
}

test("push refuses a path that is missing from every cache, and lists the caches it asked", async () => {
  await withWorkshop({}, async (workshop) => {
    await withSecondCache(workshop, async (second) => {
      const which = workshop.world.path("which");
      await removeNarInfo(workshop.world, which);
      workshop.assertRefused(
        await workshop.push(),
        `${which}: none of 2 caches can supply it`,
        /file:\/\/.*\/cache: does not have it/,
        `${second.url}: does not have it`,
        "add a cache that has it",
      );
    });
  });
});

const DAMAGES: readonly (readonly [NarDamage, RegExp])[] = [
  ["missing", /which.*(\n.*)*cache/],
  ["cut off", /ends early|truncated|unexpected end|damaged/i],
  ["too short", /expected \d+ bytes, sha256-\S+; got \d+ bytes/],
  ["too long", /expected \d+ bytes, sha256-\S+; got more than \d+ bytes/],
  ["other contents", /expected \d+ bytes, sha256-\S+; got \d+ bytes, sha256-/],
];

for (const [how, says] of DAMAGES) {
  test(`push refuses a NAR that is ${how}, and names path, cache and remedy`, async () => {
    await withWorkshop({ world: { compressions: ["zstd"] } }, async (workshop) => {
      const which = workshop.world.path("which");
      await damageNar(workshop.world, which, how);
      const refused = await workshop.push();
      workshop.assertRefused(refused, which, `file://${workshop.world.cacheFolder}: `, says);
      workshop.assertRefused(refused, "make a new lock");
    });
  });

  test(`a NAR that is ${how} in the first cache is taken from the second`, async () => {
    await withWorkshop({}, async (workshop) => {
      await withSecondCache(workshop, async (second) => {
        await copyCache(workshop.world.cacheFolder, second.files);
        await damageNar(workshop.world, workshop.world.path("which"), how);
        const { code, stderr } = await workshop.push();
        assert.equal(code, 0, stderr);
        assert.equal(second.count(/\.narinfo$/), 1, "and nothing else is");
        assert.deepEqual(workshop.temporaryFiles(), []);
      });
    });
  });
}

test("a cache whose references differ from the lock's counts as not having the path", async () => {
  await withWorkshop({}, async (workshop) => {
    await changeNarInfo(workshop.world, workshop.world.path("which"), { references: [] });
    workshop.assertRefused(await workshop.push(), "has another list of References than the lock");
  });
});

test("push stops at the first path that cannot be fetched", async () => {
  await withWorkshop({}, async (workshop) => {
    await withSecondCache(workshop, async (second) => {
      await copyCache(workshop.world.cacheFolder, second.files);
      await useCaches(workshop.world, second.url);
      // The largest layer of all is the first to be built.
      const { contents, path } = workshop.world;
      second.files.delete(`${path("coreutils-full").slice(11, 43)}.narinfo`);
      workshop.assertRefused(await workshop.push(), path("coreutils-full"));
      assert.ok(second.count(/^nar\//) < contents.objects.size / 2);
    });
  });
});

test("push says that the disk of the local cache is full, and leaves no partial file", async (t) => {
  await withWorkshop({}, async (workshop) => {
    await mkdir(workshop.cache);
    try {
      await run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", workshop.cache]);
    } catch (error) {
      return t.skip(`NOT TESTED: mounting a small disk needs root: ${String(error)}`);
    }
    try {
      const refused = await workshop.push();
      workshop.assertRefused(refused, "no space left", workshop.cache, "LIX_IMAGE_CACHE");
    } finally {
      await run("umount", [workshop.cache]);
    }
  });
});

test("push says that it may not write to the local cache", async () => {
  await withWorkshop({}, async (workshop) => {
    // A file where the folder should be stops even root.
    await writeFile(workshop.cache, "");
    workshop.assertRefused(await workshop.push(), "cannot use", workshop.cache, "LIX_IMAGE_CACHE");
  });
});
