/** Caches that keep us waiting while another one could answer. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Bytes } from "../../../provider/base/bytes.ts";
import type { PathInfo } from "../../../provider/formats/nix/path-info.ts";
import { binaryCache } from "../../../provider/substituter/binary-cache.ts";
import { NarInterrupted, NarSource } from "../../../provider/substituter/chain.ts";
import { httpCacheFiles, type CacheLimits } from "../../../provider/substituter/http-cache.ts";
import { LateCaches } from "../../../provider/substituter/late-caches.ts";
import type { Substituter } from "../../../provider/substituter/substituter.ts";
import { addPath, startCacheServer, type CacheServer } from "../../support/cache-server.ts";
import { repeat, startRawServer, type RawAct } from "../../support/raw-server.ts";
import { openNar } from "../../support/read-nar.ts";

const NAR = Buffer.from("not random, not constant. ".repeat(50_000));
const OVERTAKE = { overtakeMs: 100 };
const QUICK: CacheLimits = { limitMs: 200, responseLimitMs: 200, stallLimitMs: 200 };

const cacheAt = (url: string, limits?: CacheLimits): Substituter =>
  binaryCache(httpCacheFiles(new URL(`${url}/`), { retryDelayMs: 1, limits }));

const read = async (source: NarSource, info: PathInfo): Promise<Buffer> =>
  Buffer.from(await Bytes.collect(openNar(source, info)));

/** The requests of a layer that starts over. */
async function readAgain(source: NarSource, info: PathInfo): Promise<Buffer> {
  for (;;)
    try {
      return await read(source, info);
    } catch (error) {
      if (!(error instanceof NarInterrupted)) throw error;
    }
}

async function server(t: TestContext): Promise<CacheServer> {
  const started = await startCacheServer();
  t.after(() => started.close());
  return started;
}

const SILENT: readonly (readonly [what: string, act: RawAct])[] = [
  ["accepts connections and never answers", () => {}],
  ["sends half of the headers", (socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent")],
  [
    "sends the headers and no body",
    (socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"),
  ],
  [
    "trickles",
    (socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      repeat(socket, "S", 10);
    },
  ],
];

for (const [what, act] of SILENT)
  test(`a cache that ${what} is overtaken by the next one, and asked last from then on`, async (t) => {
    let asked = 0;
    const raw = await startRawServer((socket) => {
      asked += 1;
      act(socket);
    });
    t.after(() => raw.close());
    const healthy = await server(t);
    const [first, second] = ["first", "second"].map((name) =>
      addPath(healthy.files, Buffer.concat([NAR, Buffer.from(name)]), { name }),
    );
    assert.ok(first !== undefined && second !== undefined);
    const caches = (): Substituter[] => [cacheAt(raw.url), cacheAt(healthy.url)];
    const lateCaches = new LateCaches();
    const options = { ...OVERTAKE, lateCaches };
    await read(new NarSource(caches(), options), first);
    const before = asked;
    // For the whole session, not for this build alone.
    const source = new NarSource(caches(), options);
    await source.withNarInfosAhead([second], undefined, () => read(source, second));
    assert.ok(before > 0);
    assert.equal(asked, before);
  });

test("a late cache still supplies a path that no other has", async (t) => {
  const [slow, other] = [await server(t), await server(t)];
  const info = addPath(slow.files, NAR);
  slow.faults.push({ path: /./, act: { kind: "wait", ms: 250 } });
  const source = new NarSource([cacheAt(slow.url), cacheAt(other.url)], OVERTAKE);
  assert.ok(NAR.equals(await read(source, info)));
  assert.equal(other.count(/narinfo$/), 1);
});

test("a cache that answers in time keeps its place, and the next one is not asked", async (t) => {
  const [first, next] = [await server(t), await server(t)];
  const info = addPath(first.files, NAR);
  addPath(next.files, NAR);
  first.faults.push({ path: /./, act: { kind: "wait", ms: 20 } });
  const source = new NarSource([cacheAt(first.url), cacheAt(next.url)], { overtakeMs: 2_000 });
  assert.ok(NAR.equals(await read(source, info)));
  assert.deepEqual(next.log, []);
});

test("a NAR that does not begin comes from the next cache", async (t) => {
  const [first, next] = [await server(t), await server(t)];
  const info = addPath(first.files, NAR);
  addPath(next.files, NAR);
  first.faults.push({ path: /^nar/, act: { kind: "wait", ms: 60_000 } });
  const caches = [cacheAt(first.url, QUICK), cacheAt(next.url, QUICK)];
  assert.ok(NAR.equals(await read(new NarSource(caches), info)));
  assert.equal(next.count(/^nar/), 1);
});

/** A cache whose NARs come at so many bytes each 10 ms. */
async function slowCache(t: TestContext, info: PathInfo & { url: string }, bytes: number) {
  const healthy = await server(t);
  addPath(healthy.files, NAR);
  const raw = await startRawServer((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${NAR.length}\r\n\r\n`);
    repeat(socket, "x".repeat(bytes), 10);
  });
  t.after(() => raw.close());
  const narInfo = healthy.files.get(`${info.storePath.slice(11, 43)}.narinfo`)?.toString() ?? "";
  healthy.files.set(
    `${info.storePath.slice(11, 43)}.narinfo`,
    Buffer.from(narInfo.replace(/^URL: .*$/m, `URL: ${raw.url}/nar`)),
  );
  return healthy;
}

test("a NAR that is too slow comes from the next cache", async (t) => {
  const next = await server(t);
  const info = addPath(next.files, NAR);
  const slow = await slowCache(t, info, 1);
  const source = new NarSource([cacheAt(slow.url, QUICK), cacheAt(next.url, QUICK)]);
  assert.ok(NAR.equals(await readAgain(source, info)));
  assert.equal(next.count(/^nar/), 1);
});

test("an abort ends the wait for all caches that were asked", async (t) => {
  const raws = await Promise.all([startRawServer(() => {}), startRawServer(() => {})]);
  for (const raw of raws) t.after(() => raw.close());
  const info = addPath(new Map(), NAR);
  const source = new NarSource(
    raws.map(({ url }) => cacheAt(url)),
    { overtakeMs: 10 },
  );
  const enough = new Error("enough");
  const abort = new AbortController();
  const reading = Bytes.collect(openNar(source, info, abort.signal));
  await sleep(50);
  abort.abort(enough);
  await assert.rejects(reading, enough);
});

test("the only cache fails in bounded time", async (t) => {
  const raw = await startRawServer(() => {});
  t.after(() => raw.close());
  const info = addPath(new Map(), NAR);
  await assert.rejects(read(new NarSource([cacheAt(raw.url, QUICK)]), info), {
    code: "NAR_UNAVAILABLE",
  });
});
