/** Small NARs of the next layers are requested while threads still wait for theirs: each wait is a round trip. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HEAVY_TASKS } from "../../../provider/base/concurrency.ts";
import { Owner } from "../../../provider/base/owner.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { writeNar } from "../../../provider/formats/nix/nar-writer.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { buildMissingLayer } from "../../../provider/image/build-layer.ts";
import { BuildSession } from "../../../provider/image/build-session.ts";
import type { LayerJob } from "../../../provider/image/layer-job.ts";
import { building } from "../../../provider/image/progress.ts";
import type { Lock } from "../../../provider/lock/lock.ts";
import { addPath, startCacheServer } from "../../support/cache-server.ts";

test("two more layers than there are threads have requested their NARs", async (t) => {
  const server = await startCacheServer();
  t.after(() => server.close());
  const lock = { caches: [{ url: server.url }] } as unknown as Lock;
  const jobs = Array.from({ length: HEAVY_TASKS + 5 }, (_, at): LayerJob => {
    const info = addPath(server.files, writeNar(Tree.file(`package ${at}`)));
    return {
      system: "x86_64-linux",
      key: String(at).repeat(64).slice(0, 64) as LayerJob["key"],
      contents: { storePaths: [info.storePath], baseSystem: false, database: false },
      compression: { algorithm: "gzip", level: 1 },
      lock,
      paths: new Map([[info.storePath, info]]),
      generated: new Map(),
      baseSystem: undefined,
      files: undefined,
      gcRoots: [],
      storeOwner: Owner.root,
      signal: undefined,
    };
  });
  const gate = Promise.withResolvers<void>();
  const act = { kind: "hold", until: gate.promise } as const;
  server.faults.push({ path: /^nar\//, times: Infinity, act });
  await withTempDir(async (folder) => {
    const session = new BuildSession(folder);
    const built = building({ session, image: "acme/lix", jobs, signal: undefined }, (job) =>
      buildMissingLayer(session, job),
    );
    while (server.count(/^nar\//) < HEAVY_TASKS + 2) await sleep(5);
    await sleep(50);
    assert.equal(server.count(/^nar\//), HEAVY_TASKS + 2);
    gate.resolve();
    await built;
    assert.equal(server.count(/^nar\//), jobs.length, "each is downloaded once");
  });
});
