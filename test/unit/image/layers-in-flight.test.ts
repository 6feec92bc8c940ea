/** Small NARs of the next layers are requested while threads still wait for theirs: each wait is a round trip. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HEAVY_TASKS } from "../../../provider/base/concurrency.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { writeNar } from "../../../provider/formats/nix/nar-writer.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { buildMissingLayer } from "../../../provider/image/build-layer.ts";
import { BuildSession } from "../../../provider/image/build-session.ts";
import { building } from "../../../provider/image/progress.ts";
import { addPath, startCacheServer } from "../../support/cache-server.ts";
import { layerJob } from "../../support/layer-job.ts";

test("two more layers than there are threads have requested their NARs", async (t) => {
  const server = await startCacheServer();
  t.after(() => server.close());
  const jobs = Array.from({ length: HEAVY_TASKS + 5 }, (_, at) => {
    const info = addPath(server.files, writeNar(Tree.file(`package ${at}`)));
    return layerJob(info, [server.url], at);
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
