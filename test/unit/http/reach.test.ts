/** Where servers may lead us: by a redirect, or by an address in what they say. */
import assert from "node:assert/strict";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { test, type TestContext } from "node:test";
import { http } from "../../../provider/http/request.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { binaryCache } from "../../../provider/substituter/binary-cache.ts";
import { httpCacheFiles } from "../../../provider/substituter/http-cache.ts";
import { fetchTarball } from "../../../provider/substituter/tarball-source.ts";
import { addPath, startCacheServer, type CacheServer } from "../../support/cache-server.ts";
import { collect } from "../../support/collect.ts";
import { countConnections } from "../../support/connections.ts";

const METADATA = [
  "http://169.254.169.254/latest/meta-data/",
  "http://2852039166/latest",
  "http://[::ffff:169.254.169.254]/latest",
  "http://[64:ff9b::a9fe:a9fe]/latest",
  "http://[fd00:ec2::254]/latest",
  "http://100.100.100.200/latest",
  "http://metadata.google.internal/computeMetadata/v1/",
];
const UNSAFE = { code: "UNSAFE_ADDRESS" };
const OUTSIDE = new URL("https://203.0.113.1/");

async function server(t: TestContext): Promise<CacheServer> {
  const started = await startCacheServer();
  t.after(() => started.close());
  return started;
}

test("no redirect of a cache or of a tarball's server leads to where a cloud hands out keys", async (t) => {
  for (const to of METADATA) {
    const { url, faults } = await server(t);
    faults.push({ path: /^(x\.narinfo|nar\/x|x\.tar)$/, act: { kind: "redirect", to } });
    const cache = httpCacheFiles(new URL(`${url}/`));
    const opened = await countConnections(async () => {
      await assert.rejects(cache.text("x.narinfo"), UNSAFE, to);
      await assert.rejects(collect(cache.nar("nar/x")), UNSAFE, to);
      await assert.rejects(collect(fetchTarball({ url: `${url}/x.tar` })), UNSAFE, to);
    });
    assert.ok(opened <= 1, `${opened} connections: only the server's own`);
  }
});

test("no narinfo, and no lock, leads there either", async (t) => {
  for (const to of METADATA) {
    const { url, files } = await server(t);
    const info = addPath(files, Buffer.from("nar"), { url: to });
    const cache = binaryCache(httpCacheFiles(new URL(`${url}/`)));
    const narInfo = await cache.narInfo(StorePath.parse(info.storePath));
    assert.ok(narInfo !== undefined);
    await assert.rejects(collect(cache.openNar(narInfo)), UNSAFE, to);
    await assert.rejects(httpCacheFiles(new URL(to)).text("nix-cache-info"), UNSAFE, to);
    await assert.rejects(collect(fetchTarball({ url: to })), UNSAFE, to);
  }
});

test("what a server outside names is not asked for inside", async (t) => {
  const { url, log } = await server(t);
  const port = new URL(url).port;
  for (const host of ["127.0.0.1", "localhost", "a.localhost.", "[::1]", "0", "10.0.0.1"])
    await assert.rejects(http(`http://${host}:${port}/`, { ledBy: OUTSIDE }), UNSAFE, host);
  assert.deepEqual(log, []);
});

/** What these names mean, one meaning after the other. */
function meaning(t: TestContext, names: Readonly<Record<string, readonly string[]>>): string[] {
  const asked: string[] = [];
  const fake = (name: string, _: unknown, done: (error: null, found: object[]) => void): void => {
    const count = asked.filter((each) => each === name).length;
    asked.push(name);
    const address = names[name]?.at(count) ?? names[name]?.at(-1) ?? "";
    done(null, [{ address, family: 4 }]);
  };
  t.mock.method(dns, "lookup", fake);
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  return asked;
}

test("a name that means something inside is not followed from outside", async (t) => {
  const { url, log } = await server(t);
  meaning(t, { "inside.example": ["127.0.0.1"] });
  const to = url.replace("127.0.0.1", "inside.example");
  await assert.rejects(http(to, { ledBy: OUTSIDE }), UNSAFE);
  assert.deepEqual(log, []);
  // Whom the user names, the user may reach.
  assert.equal((await http(`${to}/nix-cache-info`)).status, 200);
});

test("a name is looked up once for the check and the connection", async (t) => {
  const { url, log } = await server(t);
  const to = url.replace("127.0.0.1", "turns.example");
  const asked = meaning(t, { "turns.example": ["203.0.113.7", "127.0.0.1"] });
  const signal = AbortSignal.timeout(200);
  await assert.rejects(http(to, { ledBy: OUTSIDE, signal, retry: false }));
  assert.deepEqual(asked, ["turns.example"]);
  assert.deepEqual(log, []);
});

test("a server that has been outside once is not trusted inside later", async (t) => {
  const { url, faults } = await server(t);
  const port = new URL(url).port;
  meaning(t, { "twice.example": ["203.0.113.8", "127.0.0.1"] });
  const to = `http://twice.example:${port}/x`;
  await assert.rejects(http(to, { signal: AbortSignal.timeout(100), retry: false }));
  faults.push({ path: /^x$/, act: { kind: "redirect", to: `http://127.0.0.1:${port}/` } });
  await assert.rejects(http(to), UNSAFE);
});

test("a name below localhost is this machine where the system does not know it", async (t) => {
  const { url } = await server(t);
  const response = await http(`${url.replace("127.0.0.1", "cache.localhost")}/nix-cache-info`);
  assert.match(await response.text(), /StoreDir/);
});
