/** The folder of the local cache cannot be used, is not ours, or goes away meanwhile. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startCacheServer } from "../support/cache-server.ts";
import { copyCache } from "../support/world/binary-cache.ts";
import { useCaches } from "../support/world/damage.ts";
import { withWorkshop } from "../support/workshop.ts";

const run = promisify(execFile);

test(
  "a cache below /proc is refused, and nothing spins",
  { skip: process.platform !== "linux" && "/proc is Linux's" },
  () =>
    withWorkshop({}, async (workshop) => {
      const cache = "/proc/lix-image";
      const refused = await (await workshop.startPush({}, { LIX_IMAGE_CACHE: cache })).ended;
      workshop.assertRefused(refused, "CACHE_UNUSABLE", cache, "LIX_IMAGE_CACHE");
    }),
);

test(
  "a cache that others may write is refused, with the command that mends it",
  { skip: process.platform === "win32" },
  () =>
    withWorkshop({}, async (workshop) => {
      mkdirSync(workshop.cache);
      chmodSync(workshop.cache, 0o777);
      const mend = `chmod -R go-w ${workshop.cache}`;
      workshop.assertRefused(await workshop.push(), "CACHE_UNSAFE", workshop.cache, mend);
      await run("chmod", ["-R", "go-w", workshop.cache]);
      const { code, stderr } = await workshop.push();
      assert.equal(code, 0, stderr);
    }),
);

test("a cache that is removed again and again during a build is created again", () =>
  withWorkshop({}, async (workshop) => {
    const server = await startCacheServer();
    try {
      await copyCache(workshop.world.cacheFolder, server.files);
      await useCaches(workshop.world, server.url);
      const shadow = workshop.world.narInfos.get(workshop.world.path("shadow"))?.url ?? "";
      const path = new RegExp(shadow);
      server.faults.push({ path, act: { kind: "wait", ms: 500 }, times: 3 });
      const { ended } = await workshop.startPush();
      const signal = AbortSignal.timeout(20_000);
      for (const times of [1, 2, 3]) {
        while (server.count(path) < times) {
          signal.throwIfAborted();
          await sleep(10);
        }
        // Other layers are written meanwhile, so that a folder may not be empty at once.
        rmSync(workshop.cache, { recursive: true, maxRetries: 10 });
      }
      const { code, stderr } = await ended;
      assert.equal(code, 0, stderr);
      assert.deepEqual(workshop.temporaryFiles(), []);
      const args = await workshop.writeArgs({});
      assert.equal((await workshop.run("verify", args, "--oci", "out")).code, 0);
    } finally {
      await server.close();
    }
  }));

for (const [folder, isNeeded] of [
  ["layers", true],
  ["listings", true],
  ["locks", true],
  ["working", false],
] as const)
  test(`with no room in ${folder} of the cache ${isNeeded ? "push says so" : "push does without"}`, (t) =>
    withWorkshop({}, async (workshop) => {
      const full = join(workshop.cache, "v1", folder);
      mkdirSync(full, { recursive: true });
      try {
        await run("mount", ["-t", "tmpfs", "-o", "size=4k,mode=0700", "tmpfs", full]);
      } catch (error) {
        return t.skip(`NOT TESTED: mounting a small disk needs root: ${String(error)}`);
      }
      try {
        writeFileSync(join(full, "fills it"), "x".repeat(4096));
        const ran = await workshop.push();
        if (isNeeded) workshop.assertRefused(ran, "CACHE_UNUSABLE", "no space left", full);
        else assert.equal(ran.code, 0, ran.stderr);
      } finally {
        await run("umount", [full]);
      }
    }));
