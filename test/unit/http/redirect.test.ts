import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test, type TestContext } from "node:test";
import { http } from "../../../provider/http/request.ts";
import { nextHop, type Hop } from "../../../provider/http/redirect.ts";
import { startCacheServer, type CacheServer } from "../../support/cache-server.ts";
import { listenOnLoopback } from "../../support/loopback.ts";

const REFUSED = { code: "REDIRECT_REFUSED" };

const SECRET = "Basic c2VjcmV0";

async function server(
  t: TestContext,
  redirects: Record<string, string> = {},
): Promise<CacheServer> {
  const started = await startCacheServer();
  t.after(() => started.close());
  started.files.set("end", Buffer.from("contents"));
  for (const [path, to] of Object.entries(redirects))
    started.faults.push({ path: new RegExp(`^${path}$`), act: { kind: "redirect", to } });
  return started;
}

test("redirects are followed, and the answer says where it came from", async (t) => {
  const { url } = await server(t, { start: "/middle", middle: "end" });
  const response = await http(`${url}/start`);
  assert.deepEqual([await response.text(), response.url], ["contents", `${url}/end`]);
});

test("credentials stay within the origin, and do not come back with a redirect back", async (t) => {
  const other = await server(t);
  const first = await server(t, { start: "/near", near: `${other.url}/back` });
  other.faults.push({ path: /^back$/, act: { kind: "redirect", to: `${first.url}/end` } });
  const response = await http(`${first.url}/start`, { headers: { Authorization: SECRET } });
  assert.equal(await response.text(), "contents");
  const sent = (log: CacheServer["log"]) => log.map((each) => [each.path, each.authorization]);
  assert.deepEqual(sent(first.log), [
    ["start", SECRET],
    ["near", SECRET],
    ["end", undefined],
  ]);
  assert.deepEqual(sent(other.log), [["back", undefined]]);
});

test("what is not read is not redirected unless asked for", async (t) => {
  const { url, log } = await server(t, { start: "/end" });
  const response = await http(`${url}/start`, { method: "PUT" });
  await response.discard();
  assert.equal(response.status, 307);
  const followed = await http(`${url}/start`, { method: "PUT", redirects: 1 });
  assert.equal(await followed.text(), "contents");
  assert.deepEqual(
    log.map(({ method, path }) => `${method} ${path}`),
    ["PUT start", "PUT start", "PUT end"],
  );
});

test("a caller may refuse a redirect before anything is sent there", async (t) => {
  const other = await server(t);
  const { url } = await server(t, { start: "/middle", middle: `${other.url}/end` });
  const refused = new Error("not there");
  const mayRedirect = async (to: URL, from: URL): Promise<void> => {
    if (to.origin !== from.origin) throw refused;
  };
  await assert.rejects(http(`${url}/start`, { mayRedirect }), refused);
  assert.deepEqual(other.log, []);
});

test("a circle ends after ten redirects", async (t) => {
  const { url, log } = await server(t, { start: "/start" });
  await assert.rejects(http(`${url}/start`), REFUSED);
  assert.equal(log.length, 11);
});

const hop = (url: string, headers: Record<string, string> = {}): Hop => ({
  url: new URL(url),
  headers,
  given: new Set(Object.keys(headers)),
});
const follow = (from: Hop, location: string): Hop | undefined =>
  nextHop(from, { status: 302, headers: { location } }, { method: "GET", left: 1, label: "x" });

test("a refused redirect holds no connection, so that twenty exhaust no host", async (t) => {
  const redirecting = createServer((_, answer) => {
    answer.writeHead(302, { location: "file:///etc/passwd", "content-length": 2 }).end("no");
  });
  const { url, close } = await listenOnLoopback(redirecting);
  t.after(close);
  // Without its limit the request after the last socket would wait for minutes.
  const request = { retry: false, limitMs: 5_000 };
  for (let n = 0; n < 20; n += 1) await assert.rejects(http(url, request), REFUSED);
});

test("https does not lead to http when credentials were given, even after they were dropped", () => {
  const first = hop("https://a.example/", { authorization: SECRET, accept: "*/*" });
  assert.throws(() => follow(first, "http://a.example/"), REFUSED);
  const second = follow(first, "https://b.example/");
  assert.deepEqual(second?.headers, { accept: "*/*" });
  assert.throws(() => follow(second, "http://c.example/"), REFUSED);
  assert.equal(follow(hop("https://a.example/"), "http://b.example/")?.url.protocol, "http:");
});

test("another port is another origin", () => {
  const first = hop("https://a.example/", { authorization: SECRET, cookie: "c" });
  assert.deepEqual(follow(first, "https://a.example:8443/")?.headers, {});
});

test("only http and https are followed, and no user of theirs", () => {
  for (const location of ["file:///etc/passwd", "ftp://a.example/", "http://["])
    assert.throws(() => follow(hop("https://a.example/"), location), REFUSED, location);
  const to = follow(hop("https://a.example/"), "https://me:pw@b.example/");
  assert.equal(to?.url.href, "https://b.example/");
});

test("an answer without a Location, and 304, are no redirects", () => {
  const from = hop("https://a.example/");
  const request = { method: "GET", left: 0, label: "x" };
  assert.equal(nextHop(from, { status: 302, headers: {} }, request), undefined);
  assert.equal(nextHop(from, { status: 304, headers: { location: "/x" } }, request), undefined);
  assert.equal(
    nextHop(from, { status: 302, headers: { location: "/" } }, { ...request, method: "PUT" }),
    undefined,
  );
});
