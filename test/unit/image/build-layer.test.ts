/** Layers whose NARs come from caches that answer in every way, right and wrong. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { packLayer } from "../../../provider/formats/layer/blob.ts";
import { narItem } from "../../../provider/formats/layer/entries.ts";
import { layerTar } from "../../../provider/formats/layer/layer-tar.ts";
import { layerTree } from "../../../provider/formats/layer/layer-tree.ts";
import { NarParser } from "../../../provider/formats/nix/nar-reader.ts";
import { writeNar } from "../../../provider/formats/nix/nar-writer.ts";
import type { NarInfo } from "../../../provider/formats/nix/narinfo.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import type { LayerIdentity } from "../../../provider/formats/oci/layer.ts";
import { BuildSession } from "../../../provider/image/build-session.ts";
import { buildMissingLayer } from "../../../provider/image/build-layer.ts";
import type { LayerJob } from "../../../provider/image/layer-job.ts";
import { addPath, startCacheServer, type CacheServer } from "../../support/cache-server.ts";
import { hasCode } from "../../support/has-code.ts";
import { LAYER_COMPRESSION, layerJob } from "../../support/layer-job.ts";

/** Many parts of a message, and no two alike. */
const NOISE = Buffer.from(Uint32Array.from({ length: 500_000 }, (_, at) => at * 0x9e3779b1).buffer);
const TREE = Tree.directory({
  bin: Tree.directory({ tool: Tree.file(NOISE, true), link: Tree.symlink("tool") }),
  empty: Tree.file(""),
});
const NAR = writeNar(TREE);

/** As many caches as `stored`, each of which has the NAR as these bytes. */
async function layer(t: TestContext, nar: Uint8Array, ...stored: readonly Uint8Array[]) {
  const servers: CacheServer[] = [];
  let info: NarInfo | undefined;
  for (const bytes of stored) {
    const server = await startCacheServer();
    t.after(() => server.close());
    info = addPath(server.files, nar, { stored: bytes });
    servers.push(server);
  }
  assert.ok(info !== undefined);
  const caches = servers.map(({ url }) => url);
  return { servers, job: layerJob(info, caches) };
}

/** The layer of one NAR, packed in this thread. */
function packedHere({ contents }: LayerJob, nar: Uint8Array): Promise<LayerIdentity> {
  const tar = layerTar(layerTree({ storePaths: contents.storePaths }), async function* (leaf) {
    yield [...new NarParser().push(nar)].map((event) => narItem(leaf, event));
  });
  return packLayer(tar, LAYER_COMPRESSION, async () => {});
}

const build = (job: LayerJob): Promise<LayerIdentity> =>
  withTempDir((folder) => buildMissingLayer(new BuildSession(folder), job));

async function assertBuilt(job: LayerJob, nar: Uint8Array): Promise<void> {
  const { diffId, digest, size } = await build(job);
  const here = await packedHere(job, nar);
  assert.deepEqual(
    { diffId, digest, size },
    { diffId: here.diffId, digest: here.digest, size: here.size },
  );
}

for (const [how, compressed] of [
  ["as it is", NAR],
  ["as zstd", zstdCompressSync(NAR)],
  ["as gzip", gzipSync(NAR, { level: 1 })],
] as const)
  test(`a NAR stored ${how} makes the layer that is packed without a thread`, async (t) => {
    const { job } = await layer(t, NAR, compressed);
    await assertBuilt(job, NAR);
  });

test("a NAR that arrives in small pieces makes the same layer", async (t) => {
  const { job, servers } = await layer(t, NAR, NAR);
  const [server] = servers;
  server?.faults.push({ path: /^nar\//, act: { kind: "encode", coding: "zstd" } });
  await assertBuilt(job, NAR);
});

const other = Buffer.from(NAR);
other.writeUInt8(other.readUInt8(1_000_000) ^ 1, 1_000_000);
const stumbling = Buffer.from(NAR);
stumbling.write("nix-archive-2", 8, "latin1");
const whiteout = writeNar(Tree.directory({ ".wh.bin": Tree.file("x") }));

for (const [what, lie] of [
  ["another NAR of the same size", other],
  ["a NAR that no parser takes", stumbling],
  ["a NAR with a whiteout", whiteout],
  ["a NAR that is cut short", NAR.subarray(0, 1_500_000)],
  ["a NAR with bytes after its end", Buffer.concat([NAR, Buffer.alloc(8)])],
  [
    "a NAR that unpacks to much more",
    zstdCompressSync(Buffer.concat([NAR, Buffer.alloc(30_000_000)])),
  ],
  ["a compressed NAR that is cut short", zstdCompressSync(NAR).subarray(0, 700_000)],
  ["a page", Buffer.from("<html>log in</html>")],
  ["nothing", Buffer.alloc(0)],
  ["brotli that its narinfo does not name", brotliCompressSync(Buffer.from("x".repeat(1000)))],
] as const)
  test(`a cache that sends ${what} is passed over`, async (t) => {
    const { job } = await layer(t, NAR, lie, NAR);
    await assertBuilt(job, NAR);
  });

test("a connection that breaks in the middle is passed over", async (t) => {
  const { job, servers } = await layer(t, NAR, NAR, NAR);
  servers[0]?.faults.push({ path: /^nar\//, act: { kind: "drop", afterBytes: 900_000 } });
  await assertBuilt(job, NAR);
});

test("without another cache the error says what is wrong with the NAR", async (t) => {
  const { job } = await layer(t, NAR, other);
  await assert.rejects(build(job), (error) => {
    assert.ok(hasCode(error, "NAR_UNAVAILABLE"));
    assert.match(error.message, /expected \d+ bytes.*got \d+ bytes|NAR/s);
    return true;
  });
});

test("what is wrong with the promised NAR itself is no fault of the cache", async (t) => {
  const { job, servers } = await layer(t, whiteout, whiteout, whiteout);
  await assert.rejects(build(job), (error) => {
    assert.ok(hasCode(error, "WHITEOUT_NAME"));
    assert.match(error.message, /holds "\.wh\.bin"/);
    return true;
  });
  assert.equal(servers[1]?.log.length, 0);
});

test("a local cache that cannot be written is no fault of the cache that has the NAR", async (t) => {
  const { job, servers } = await layer(t, NAR, NAR, NAR);
  await withTempDir(async (folder) => {
    const session = new BuildSession(folder);
    await mkdir(join(folder, "v1"));
    await writeFile(join(folder, "v1/listings"), "");
    await assert.rejects(buildMissingLayer(session, job), { code: "CACHE_UNUSABLE" });
    assert.equal(servers[1]?.log.length, 0);
  });
});

test("an abort ends the build with its reason, and nothing half-done stays", async (t) => {
  const { job, servers } = await layer(t, NAR, NAR);
  const [server] = servers;
  server?.faults.push({ path: /^nar\//, times: 1, act: { kind: "wait", ms: 60_000 } });
  const enough = new AbortController();
  await withTempDir(async (folder) => {
    const session = new BuildSession(folder);
    const building = buildMissingLayer(session, { ...job, signal: enough.signal });
    while (server?.count(/^nar\//) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    enough.abort(new Error("enough"));
    await assert.rejects(building, /enough/);
    assert.deepEqual(readdirSync(join(folder, "v1/blobs")), []);
    const { diffId } = await buildMissingLayer(session, job);
    assert.equal(diffId, (await packedHere(job, NAR)).diffId);
  });
});
