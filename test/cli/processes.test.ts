import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startCacheServer } from "../support/cache-server.ts";
import { copyCache } from "../support/world/binary-cache.ts";
import { useCaches } from "../support/world/damage.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

const digestOf = (stdout: string): unknown => JSON.parse(stdout).digest;

const pushedTags = ({ registry }: Workshop): ReadonlyMap<string, string> =>
  registry.store.repositories.get("acme/lix")?.tags ?? new Map<string, string>();

async function until(holds: () => boolean): Promise<void> {
  for (const signal = AbortSignal.timeout(20_000); !holds(); await sleep(10))
    signal.throwIfAborted();
}

test("two processes that build the same image at once agree, and leave nothing unfinished", async () => {
  await withWorkshop({}, async (workshop) => {
    const file = await workshop.writeArgs({});
    const runs = await Promise.all([
      workshop.run("build", file, "--oci", "one", "--json"),
      workshop.run("build", file, "--oci", "other", "--json"),
      workshop.push(),
      workshop.push(),
    ]);
    assert.deepEqual(
      runs.map(({ code, stderr }) => (code === 0 ? "" : stderr)),
      ["", "", "", ""],
    );
    assert.equal(new Set(runs.map(({ stdout }) => digestOf(stdout))).size, 1);
    assert.equal(pushedTags(workshop).get("latest"), digestOf(runs[0].stdout));
    assert.deepEqual(workshop.temporaryFiles(), []);
    assert.deepEqual(globSync("{one,other,out}/.*", { cwd: workshop.folder }), []);
    for (const layout of ["one", "other", "out"]) {
      const { code, stdout } = await workshop.run("verify", file, "--oci", layout);
      assert.equal(code, 0, stdout);
    }
  });
});

test("killed in the middle of a download, push succeeds the next time", async () => {
  await withWorkshop({}, async (workshop) => {
    const server = await startCacheServer();
    try {
      await copyCache(workshop.world.cacheFolder, server.files);
      await useCaches(workshop.world, server.url);
      // Some layers are in the local cache by then, and one is half-way there.
      const shadow = workshop.world.narInfos.get(workshop.world.path("shadow"))?.url ?? "";
      const stalled = { path: new RegExp(shadow), act: { kind: "wait", ms: 60_000 } } as const;
      server.faults.push(stalled);
      const { child, ended } = await workshop.startPush();
      await until(() => server.count(stalled.path) > 0 && workshop.cachedBlobs() > 0);
      child.kill("SIGKILL");
      assert.equal((await ended).code, null);
      workshop.assertNothingPushed();
      const finished = workshop.cachedBlobs();
      const begun = server.count(/^nar\//);

      server.faults.length = 0;
      const { code, stdout, stderr } = await workshop.push();
      assert.equal(code, 0, stderr);
      assert.equal(pushedTags(workshop).get("latest"), digestOf(stdout));
      const nars = server.log.filter(({ path }) => path.startsWith("nar/"));
      const needed = new Set(nars.map(({ path }) => path)).size;
      assert.ok(nars.length - begun <= needed - finished, "what was finished is not fetched again");
    } finally {
      await server.close();
    }
  });
});

test("killed in the middle of a push, no tag moves, and push succeeds the next time", async () => {
  await withWorkshop({}, async (workshop) => {
    const { registry } = workshop;
    const act = { kind: "hang" } as const;
    registry.faults.push({ method: "PUT", path: /manifests/, act });
    const { child, ended } = await workshop.startPush();
    await until(() => registry.count("PUT", /manifests/) > 0);
    child.kill("SIGKILL");
    assert.equal((await ended).code, null);
    assert.equal(pushedTags(workshop).size, 0);

    const uploads = registry.count("POST");
    const { code, stdout, stderr } = await workshop.push();
    assert.equal(code, 0, stderr);
    assert.equal(pushedTags(workshop).get("latest"), digestOf(stdout));
    assert.equal(registry.count("POST"), uploads, "no blob is sent again");
  });
});
