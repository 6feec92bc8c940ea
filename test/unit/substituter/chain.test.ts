import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { Bytes } from "../../../provider/base/bytes.ts";
import type { PathInfo } from "../../../provider/formats/nix/path-info.ts";
import { NarInterrupted, NarSource } from "../../../provider/substituter/chain.ts";
import { openSubstituter } from "../../../provider/substituter/open.ts";
import {
  addPath,
  startCacheServer,
  type CacheFault,
  type CacheServer,
} from "../../support/cache-server.ts";
import { hasCode } from "../../support/has-code.ts";
import { openNar } from "../../support/read-nar.ts";

// Larger than one chunk of anything, so that a NAR can fail after some of it was handed out.
const NAR = Buffer.from("not random, not constant. ".repeat(50_000));

interface Caches {
  readonly source: NarSource;
  readonly servers: readonly CacheServer[];
  readonly info: PathInfo;
}

/** As many caches as faults, each with the same NAR and its own fault. */
async function caches(t: TestContext, ...faults: readonly (CacheFault | null)[]): Promise<Caches> {
  const servers = await Promise.all(
    faults.map(async (fault) => {
      const server = await startCacheServer();
      t.after(() => server.close());
      if (fault !== null) server.faults.push(fault);
      return server;
    }),
  );
  const [info] = servers.map(({ files }) => addPath(files, NAR));
  assert.ok(info !== undefined);
  const open = ({ url }: CacheServer) => openSubstituter(url, { retryDelayMs: 1 });
  return { source: new NarSource(servers.map(open)), servers, info };
}

const read = async (source: NarSource, info: PathInfo, signal?: AbortSignal): Promise<Buffer> =>
  Buffer.from(await Bytes.collect(openNar(source, info, signal)));

const narinfo = (status: number): CacheFault => ({
  path: /narinfo$/,
  act: { kind: "status", status },
});
const cut: CacheFault = { path: /^nar\//, act: { kind: "drop", afterBytes: 300_000 } };

test("the first cache that has the NAR supplies it, and no other is asked", async (t) => {
  const { source, info, servers } = await caches(t, null, null);
  assert.ok(NAR.equals(await read(source, info)));
  assert.deepEqual(
    servers.map((server) => server.log.length),
    [3, 0],
  );
});

for (const [what, fault] of [
  ["does not have the path", narinfo(404)],
  ["is broken", narinfo(500)],
  ["has a narinfo but no NAR", { path: /^nar\//, act: { kind: "status", status: 404 } }],
  ["sends a page as its narinfo", { path: /narinfo$/, act: { kind: "body", body: "<html>" } }],
  [
    "is for another store",
    { path: /info$/, act: { kind: "body", body: "StoreDir: /gnu/store\n" } },
  ],
  ["drops the connection at once", { path: /./, act: { kind: "drop", afterBytes: 0 } }],
] as const)
  test(`a cache that ${what} is passed over`, async (t) => {
    const { source, info } = await caches(t, fault, null);
    assert.ok(NAR.equals(await read(source, info)));
  });

test("a narinfo that disagrees with the lock counts as missing", async (t) => {
  const { source, info, servers } = await caches(t, null);
  const [server] = servers;
  assert.ok(server !== undefined);
  const own = { ...info, narSize: info.narSize - 8 };
  await assert.rejects(read(source, own), /has another NarSize than the lock/);
  await assert.rejects(
    read(source, { ...info, references: [info.storePath] }),
    /has another list of References than the lock/,
  );
  addPath(server.files, NAR, { narHash: addPath(new Map(), Buffer.from("x")).narHash });
  await assert.rejects(read(source, info), /has another NarHash than the lock/);
  assert.equal(server.count(/^nar\//), 0);
});

test("FileHash and FileSize are not believed", async (t) => {
  const { source, info, servers } = await caches(t, null);
  for (const { files } of servers) addPath(files, NAR, { fileSize: 7, fileHash: "sha256:wrong" });
  assert.ok(NAR.equals(await read(source, info)));
});

for (const [what, body] of [
  ["too short", NAR.subarray(0, -8)],
  ["too long", Buffer.concat([NAR, Buffer.alloc(8)])],
  ["of another hash", Buffer.from(NAR.map((byte, at) => (at === 900_000 ? byte ^ 1 : byte)))],
  ["a bomb", gzipSync(Buffer.alloc(50_000_000))],
] as const)
  test(`a NAR that is ${what} interrupts, and opening again asks the next cache`, async (t) => {
    const { source, info } = await caches(t, { path: /^nar\//, act: { kind: "body", body } }, null);
    await assert.rejects(read(source, info), NarInterrupted);
    assert.ok(NAR.equals(await read(source, info)));
  });

test("a connection that breaks in mid-NAR interrupts, and opening again asks the next cache", async (t) => {
  const { source, info, servers } = await caches(t, cut, null);
  await assert.rejects(read(source, info), NarInterrupted);
  assert.ok(NAR.equals(await read(source, info)));
  assert.equal(servers[0]?.count(/^nar\//), 1);
});

test("the only cache is asked again if its connection broke, but not for ever", async (t) => {
  const once = await caches(t, { ...cut, times: 1 });
  await assert.rejects(read(once.source, once.info), NarInterrupted);
  assert.ok(NAR.equals(await read(once.source, once.info)));

  const always = await caches(t, cut);
  await assert.rejects(read(always.source, always.info), NarInterrupted);
  await assert.rejects(read(always.source, always.info), NarInterrupted);
  await assert.rejects(read(always.source, always.info), { code: "NAR_UNAVAILABLE" });
});

test("if no cache is left, the error names each one, with its reason and what to do", async (t) => {
  const wrong = Buffer.from("wrong".repeat(100));
  const { source, info, servers } = await caches(t, narinfo(404), narinfo(418), {
    path: /^nar\//,
    act: { kind: "body", body: wrong },
  });
  await assert.rejects(read(source, info), (error) => {
    assert.ok(hasCode(error, "NAR_UNAVAILABLE"));
    const lines = error.message.split("\n");
    assert.equal(lines[0], `${info.storePath}: none of 3 caches can supply it`);
    assert.equal(lines[1], `  ${servers[0]?.url}: does not have it`);
    assert.match(lines[2] ?? "", /got 418$/);
    assert.match(lines[3] ?? "", /expected \d+ bytes, sha256-.*; got 500 bytes/);
    assert.match(error.hint ?? "", /is this the URL of a binary cache\?.*make a new lock/);
    return true;
  });
});

test("a failure is not remembered after it was reported", async (t) => {
  const { source, info } = await caches(t, { ...narinfo(404), times: 1 });
  await assert.rejects(read(source, info), { code: "NAR_UNAVAILABLE" });
  assert.ok(NAR.equals(await read(source, info)));
});

test("an abort ends with its reason, and does not count against the cache", async (t) => {
  const { source, info } = await caches(t, null);
  const reason = new Error("enough");
  await assert.rejects(read(source, info, AbortSignal.abort(reason)), reason);
  const controller = new AbortController();
  const reading = openNar(source, info, controller.signal);
  await reading.next();
  controller.abort(reason);
  await assert.rejects(async () => {
    for await (const _ of reading) continue;
  }, reason);
  assert.ok(NAR.equals(await read(source, info)));
});

test("no more NARs are open at once than can be decoded, and leaving early makes room", async (t) => {
  const { source, info, servers } = await caches(t, null);
  const readings = Array.from({ length: 10 }, () => openNar(source, info));
  const started = readings.map((reading) => reading.next());
  await Promise.race(started);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const open = servers[0]?.count(/^nar\//) ?? 0;
  assert.ok(open >= 2 && open <= 4, `${open} open`);
  await Promise.all(
    readings.map(async (reading, index) => {
      await started[index];
      await reading.return(undefined);
    }),
  );
  assert.ok(NAR.equals(await read(source, info)));
});

test("a cache whose NARs are all damaged costs few restarts, whatever the number of paths", async (t) => {
  const damaging = await startCacheServer();
  const good = await startCacheServer();
  t.after(() => Promise.all([damaging.close(), good.close()]));
  const infos = Array.from({ length: 12 }, (_, at) => {
    const nar = Buffer.concat([NAR, Buffer.from(String(at).padStart(8))]);
    addPath(damaging.files, nar);
    const info = addPath(good.files, nar);
    const url = [...damaging.files.keys()].filter((name) => name.startsWith("nar/")).at(-1) ?? "";
    damaging.files.set(url, Buffer.alloc(nar.length, "x"));
    return info;
  });
  const open = ({ url }: CacheServer) => openSubstituter(url, { retryDelayMs: 1 });
  const source = new NarSource([open(damaging), open(good)]);
  // As a layer of twelve paths does: all of it starts over when one is interrupted.
  let starts = 0;
  for (let done = false; !done;) {
    starts += 1;
    assert.ok(starts < 100);
    try {
      for (const info of infos) await read(source, info);
      done = true;
    } catch (error) {
      assert.ok(error instanceof NarInterrupted);
    }
  }
  assert.equal(starts, 3);
});
