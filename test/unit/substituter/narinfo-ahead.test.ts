import assert from "node:assert/strict";
import { extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test, type TestContext } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import type { NarInfo } from "../../../provider/formats/nix/narinfo.ts";
import { NarSource } from "../../../provider/substituter/chain.ts";
import { openSubstituter } from "../../../provider/substituter/open.ts";
import { addPath, startCacheServer, type CacheServer } from "../../support/cache-server.ts";
import { openNar } from "../../support/read-nar.ts";

const COUNT = 24;
/** So many narinfos are requested at the same time. */
const AT_ONCE = 8;
const narOf = (at: number): Buffer => Buffer.from(`one of several NARs: ${at}`.repeat(1000));

/** One letter for a request; none for that of nix-cache-info. */
const KINDS: Readonly<Record<string, string>> = { ".narinfo": "i", ".nar": "N" };

interface Far {
  readonly server: CacheServer;
  readonly source: NarSource;
  readonly infos: readonly NarInfo[];
}

/** A cache that takes its time for each answer. */
async function far(t: TestContext, ms: number): Promise<Far> {
  const server = await startCacheServer();
  t.after(() => server.close());
  server.faults.push({ path: /./, act: { kind: "wait", ms } });
  const infos = Array.from({ length: COUNT }, (_, at) => addPath(server.files, narOf(at)));
  const source = new NarSource([openSubstituter(server.url, { retryDelayMs: 1 })]);
  return { server, source, infos };
}

/** Fails by the time limit of all tests if the requests do not come. */
async function untilAsked(server: CacheServer, narInfos: number): Promise<void> {
  while (server.count(/narinfo$/) < narInfos) await sleep(1);
}

async function readAll({ source, infos }: Far): Promise<void> {
  for (const [at, info] of infos.entries())
    assert.ok(narOf(at).equals(await Bytes.collect(openNar(source, info))));
}

test("NARs that are opened one after the other do not wait for a narinfo each", async (t) => {
  const cache = await far(t, 1);
  const log = (): string => cache.server.log.map(({ path }) => KINDS[extname(path)]).join("");
  await readAll(cache);
  assert.equal(log(), "iN".repeat(COUNT), "without");

  cache.server.log.length = 0;
  await cache.source.withNarInfosAhead(cache.infos, undefined, async () => {
    await untilAsked(cache.server, 2);
    await readAll(cache);
  });
  assert.match(log(), /^ii/);
});

test("each narinfo is requested once", async (t) => {
  const cache = await far(t, 1);
  await cache.source.withNarInfosAhead(cache.infos, undefined, () => readAll(cache));
  assert.equal(cache.server.count(/narinfo$/), COUNT);
  assert.equal(cache.server.count(/^nar\//), COUNT);
});

test("no more than 16 narinfos are asked for ahead of the one that is needed", async (t) => {
  const cache = await far(t, 1);
  await cache.source.withNarInfosAhead(cache.infos, undefined, async () => {
    await untilAsked(cache.server, 17);
    await sleep(50);
    assert.equal(cache.server.count(/narinfo$/), 17, "no more while none is used");
    await readAll(cache);
  });
  assert.equal(cache.server.count(/narinfo$/), COUNT);
});

test("no request is made, and none goes on, after the work is over", async (t) => {
  const cache = await far(t, 1);
  const hold = { kind: "hold", until: new Promise(() => {}) } as const;
  cache.server.faults.unshift({ path: /narinfo$/, act: hold });
  const work = async (): Promise<never> => {
    await untilAsked(cache.server, AT_ONCE);
    throw new Error("the disk is full");
  };
  const layer = cache.source.withNarInfosAhead(cache.infos, undefined, work);
  await assert.rejects(layer, /the disk is full/);
  await sleep(50);
  assert.equal(cache.server.count(/narinfo$/), AT_ONCE);
});

test("a narinfo that failed ahead of time is requested again", async (t) => {
  const cache = await far(t, 1);
  cache.server.faults.unshift({
    path: /narinfo$/,
    times: 3,
    act: { kind: "body", body: "<html>" },
  });
  await cache.source.withNarInfosAhead(cache.infos, undefined, async () => {
    await sleep(300);
    await readAll(cache);
  });
});

test("a second user of a path still gets it if the first one gives up", async (t) => {
  const cache = await far(t, 30);
  const stop = new AbortController();
  const first = cache.source.withNarInfosAhead(cache.infos, stop.signal, async () => {
    await sleep(60, undefined, { signal: stop.signal });
  });
  const second = cache.source.withNarInfosAhead(cache.infos, undefined, () => readAll(cache));
  setTimeout(() => stop.abort(new Error("enough")), 20);
  await assert.rejects(first);
  await second;
});

test("no NAR is fetched before a layer that needs it", async (t) => {
  const cache = await far(t, 1);
  await cache.source.withNarInfosAhead(cache.infos, undefined, async () => {
    await untilAsked(cache.server, 17);
    await sleep(50);
    assert.equal(cache.server.count(/^nar\//), 0);
  });
});

test("the next small NARs are fetched as well, each once, and no more than four ahead", async (t) => {
  const cache = await far(t, 1);
  const nars = (): number => cache.server.count(/^nar\//);
  await cache.source.withNarsAhead(cache.infos, undefined, async () => {
    await untilAsked(cache.server, 17);
    while (nars() < 5) await sleep(1);
    await sleep(50);
    assert.equal(nars(), 5, "the first and four more");
    await readAll(cache);
  });
  assert.equal(nars(), COUNT);
});

test("a NAR that failed ahead of time is fetched again", async (t) => {
  const cache = await far(t, 1);
  cache.server.faults.unshift({ path: /^nar\//, times: 1, act: { kind: "status", status: 404 } });
  await cache.source.withNarsAhead(cache.infos, undefined, async () => {
    while (cache.server.count(/^nar\//) < 2) await sleep(1);
    await readAll(cache);
  });
  assert.equal(cache.server.count(/^nar\//), COUNT + 1);
});

test("a layer of one path uses what its build has asked for ahead", async (t) => {
  const cache = await far(t, 1);
  await cache.source.withNarInfosAhead(cache.infos, undefined, async () => {
    for (const [at, info] of cache.infos.entries())
      await cache.source.withNarsAhead([info], undefined, async () =>
        assert.ok(narOf(at).equals(await Bytes.collect(openNar(cache.source, info)))),
      );
  });
  assert.equal(cache.server.count(/narinfo$/), COUNT);
  assert.equal(cache.server.count(/^nar\//), COUNT);
});

test("what one image has read is not requested again for another that is built at the same time", async (t) => {
  const cache = await far(t, 1);
  await cache.source.withNarInfosAhead(cache.infos, undefined, async () => {
    await readAll(cache);
    await cache.source.withNarInfosAhead(cache.infos, undefined, () => sleep(50));
  });
  assert.equal(cache.server.count(/narinfo$/), COUNT);
});
