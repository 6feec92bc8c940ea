/** What ^C and `kill` leave behind: nothing. @module */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startCacheServer, type CacheServer } from "../support/cache-server.ts";
import { startCli, type RunningCli } from "../support/cli.ts";
import { copyCache } from "../support/world/binary-cache.ts";
import { useCaches } from "../support/world/damage.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

/** A build that waits for a NAR, in the middle of a layer. */
async function withStalledBuild(
  use: (workshop: Workshop, build: RunningCli, tmp: string) => Promise<void>,
): Promise<void> {
  await withWorkshop({}, async (workshop) => {
    const server = await startCacheServer();
    try {
      await copyCache(workshop.world.cacheFolder, server.files);
      await useCaches(workshop.world, server.url);
      const shadow = workshop.world.narInfos.get(workshop.world.path("shadow"))?.url ?? "";
      const path = new RegExp(shadow);
      server.faults.push({ path, act: { kind: "wait", ms: 60_000 } });
      const tmp = join(workshop.folder, "tmp");
      mkdirSync(tmp);
      const args = await workshop.writeArgs({});
      const build = startCli(["build", args, "--oci", "out", "--json"], {
        cache: workshop.cache,
        directory: workshop.folder,
        env: { TMPDIR: tmp },
      });
      await until(() => asked(server, path) && workshop.temporaryFiles().length > 0);
      await use(workshop, build, tmp);
    } finally {
      await server.close();
    }
  });
}

const asked = (server: CacheServer, path: RegExp): boolean => server.count(path) > 0;

async function until(holds: () => boolean): Promise<void> {
  for (const signal = AbortSignal.timeout(20_000); !holds(); await sleep(10))
    signal.throwIfAborted();
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  test(`${signal} ends a build with ${code} and a line, and leaves no temporary file`, () =>
    withStalledBuild(async (workshop, { child, ended }, tmp) => {
      child.kill(signal);
      const ran = await ended;
      assert.equal(ran.code, code);
      assert.match(ran.stderr, new RegExp(`(^|\\n)lix-image: ended by ${signal}\\n$`));
      assert.equal(ran.stdout, "");
      assert.deepEqual(workshop.temporaryFiles(), []);
      assert.deepEqual(readdirSync(tmp), []);
    }));

test("the next run removes what SIGKILL left", () =>
  withStalledBuild(async (workshop, { child, ended }) => {
    child.kill("SIGKILL");
    await ended;
    assert.notDeepEqual(workshop.temporaryFiles(), []);
    await useCaches(workshop.world, workshop.world.cacheFolder);
    const args = await workshop.writeArgs({ tag: "next" });
    const { code, stderr } = await workshop.run("build", args, "--oci", "out");
    assert.equal(code, 0, stderr);
    assert.deepEqual(workshop.temporaryFiles(), []);
  }));
