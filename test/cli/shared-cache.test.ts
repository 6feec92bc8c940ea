/** Several processes with one local cache: each package is downloaded by one of them. @module */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startCacheServer, type CacheServer } from "../support/cache-server.ts";
import { startCli, type RunningCli } from "../support/cli.ts";
import { copyCache } from "../support/world/binary-cache.ts";
import { useCaches } from "../support/world/damage.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

async function withServer(
  use: (workshop: Workshop, server: CacheServer) => Promise<void>,
): Promise<void> {
  await withWorkshop({}, async (workshop) => {
    const server = await startCacheServer();
    try {
      await copyCache(workshop.world.cacheFolder, server.files);
      await useCaches(workshop.world, server.url);
      await use(workshop, server);
    } finally {
      await server.close();
    }
  });
}

const start = (workshop: Workshop, ...argv: string[]): RunningCli =>
  startCli(argv, { cache: workshop.cache, directory: workshop.folder });

const locks = ({ cache }: Workshop): string[] => globSync("v1/working/*", { cwd: cache });

/** How often each NAR was asked for, most often first. */
function timesFetched(server: CacheServer): number[] {
  const times = new Map<string, number>();
  for (const { path } of server.log)
    if (path.startsWith("nar/")) times.set(path, (times.get(path) ?? 0) + 1);
  return [...times.values()].sort((a, b) => b - a);
}

async function until(holds: () => boolean): Promise<void> {
  for (const signal = AbortSignal.timeout(30_000); !holds(); await sleep(10))
    signal.throwIfAborted();
}

test("three processes that start together with an empty cache download each NAR once", () =>
  withServer(async (workshop, server) => {
    const args = await workshop.writeArgs({});
    const runs = await Promise.all(
      [
        ["plan", args, "--json"],
        ["build", args, "--oci", "one", "--json"],
        ["build", args, "--oci", "other", "--json"],
      ].map((argv) => start(workshop, ...argv).ended),
    );
    assert.deepEqual(
      runs.map(({ code, stderr }) => (code === 0 ? "" : stderr)),
      ["", "", ""],
    );
    const [plan, ...builds] = runs.map(({ stdout }) => JSON.parse(stdout));
    assert.equal(builds[0].digest, builds[1].digest);
    assert.equal(plan.digest ?? builds[0].digest, builds[0].digest);
    assert.ok(server.count(/^nar\//) > 10);
    assert.equal(timesFetched(server)[0], 1);
    assert.deepEqual(locks(workshop), []);
  }));

test("when a process is killed, one that waits for it takes over and names it", () =>
  withServer(async (workshop, server) => {
    const args = await workshop.writeArgs({});
    const shadow = workshop.world.narInfos.get(workshop.world.path("shadow"))?.url ?? "";
    const path = new RegExp(shadow);
    server.faults.push({ path, act: { kind: "wait", ms: 60_000 }, times: 1 });
    const owner = start(workshop, "build", args, "--oci", "one");
    await until(() => server.count(path) > 0);
    const heir = start(workshop, "build", args, "--oci", "other", "--json");
    let progress = "";
    heir.child.stderr?.on("data", (chunk: Buffer) => (progress += chunk.toString()));
    const waits = `waiting for another lix-image (process ${owner.child.pid})`;
    await until(() => progress.includes(waits));
    owner.child.kill("SIGKILL");
    await owner.ended;
    const { code, stderr } = await heir.ended;
    assert.equal(code, 0, stderr);
    assert.equal(server.count(path), 2);
    assert.deepEqual(locks(workshop), []);
    assert.deepEqual(workshop.temporaryFiles(), []);
  }));
