import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { Bytes } from "../../../provider/base/bytes.ts";
import { HttpUnreachable } from "../../../provider/http/unreachable.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { decodeContent } from "../../../provider/compression/content-encoding.ts";
import { UnsupportedCompression } from "../../../provider/compression/decompress-errors.ts";
import { CacheFailed } from "../../../provider/substituter/http-cache.ts";
import { openSubstituter } from "../../../provider/substituter/open.ts";
import type { Substituter } from "../../../provider/substituter/substituter.ts";
import { addPath, startCacheServer, type CacheServer } from "../../support/cache-server.ts";
import { hasCode } from "../../support/has-code.ts";
import { narOf } from "../../support/read-nar.ts";

const NAR = Buffer.from("\x0d\0\0\0\0\0\0\0nix-archive-1, more or less", "latin1");

async function server(t: TestContext): Promise<CacheServer> {
  const started = await startCacheServer();
  t.after(() => started.close());
  return started;
}

const open = (url: string): Substituter => openSubstituter(url, { retryDelayMs: 1 });

/** Runs with a netrc for the test servers only. */
async function withNetrc(text: string, use: () => Promise<void>): Promise<void> {
  const before = process.env["NETRC"];
  await withTempDir(async (folder) => {
    process.env["NETRC"] = join(folder, "netrc");
    await writeFile(process.env["NETRC"], text);
    try {
      await use();
    } finally {
      if (before === undefined) delete process.env["NETRC"];
      else process.env["NETRC"] = before;
    }
  });
}
const LOGIN = `Basic ${btoa("me:secret")}`;
const NETRC = "machine 127.0.0.1 login me password secret";

test("a narinfo and its NAR are found, and nix-cache-info is requested once", async (t) => {
  const { url, files, log } = await server(t);
  const info = addPath(files, NAR, { stored: zstdCompressSync(NAR), compression: "zstd" });
  const cache = open(url);
  assert.deepEqual(await cache.narInfo(info.storePath), info);
  assert.deepEqual(await cache.narInfo(info.storePath), info);
  assert.ok(NAR.equals(await narOf(cache, info)));
  const hash = info.storePath.slice(11, 43);
  assert.deepEqual(
    log.map(({ path }) => path),
    ["nix-cache-info", `${hash}.narinfo`, `${hash}.narinfo`, info.url],
  );
});

test("settings of the client are not sent, and a cache may lie below a path", async (t) => {
  const { url, files, log } = await server(t);
  const info = addPath(files, NAR);
  for (const [name, file] of [...files]) files.set(`deep/er/${name}`, file);
  for (const suffix of ["/deep/er", "/deep/er/", "/deep/er?priority=10&trusted=1#x"]) {
    const cache = open(url + suffix);
    assert.equal(cache.url, `${url}/deep/er`);
    assert.ok(NAR.equals(await narOf(cache, (await cache.narInfo(info.storePath)) ?? info)));
  }
  for (const { path } of log) assert.match(path, /^deep\/er\/[^?]*$/);
});

test("404, 410, and without credentials 401 and 403, mean that the path is missing", async (t) => {
  const { url, files, faults } = await server(t);
  const info = addPath(files, NAR);
  for (const status of [404, 410, 401, 403])
    await withNetrc("", async () => {
      faults.splice(0, 1, { path: /narinfo$/, act: { kind: "status", status } });
      const cache = open(url);
      assert.equal(await cache.narInfo(info.storePath), undefined);
      const refused = hasCode(cache.refusal?.(info.storePath), "CACHE_DENIED");
      assert.equal(refused, status === 401 || status === 403);
    });
});

test("with credentials 401 and 403 are errors that point to netrc", async (t) => {
  const { url, files, faults, log } = await server(t);
  const info = addPath(files, NAR);
  await withNetrc(NETRC, async () => {
    assert.notEqual(await open(url).narInfo(info.storePath), undefined);
    assert.deepEqual(new Set(log.map((each) => each.authorization)), new Set([LOGIN]));
    for (const status of [401, 403]) {
      faults.splice(0, 1, { path: /narinfo$/, act: { kind: "status", status } });
      await assert.rejects(open(url).narInfo(info.storePath), { code: "CACHE_DENIED" });
    }
  });
});

test("credentials go neither to another origin's NAR nor along a redirect", async (t) => {
  const mine = await server(t);
  const other = await server(t);
  const info = addPath(mine.files, NAR);
  other.files.set("elsewhere", NAR);
  await withNetrc(NETRC, async () => {
    // netrc has one entry for both: a host, not an origin.
    const cache = open(mine.url);
    mine.faults.push({ path: /^nar\//, act: { kind: "redirect", to: `${other.url}/elsewhere` } });
    assert.ok(NAR.equals(await narOf(cache, info)));
    assert.ok(NAR.equals(await narOf(cache, { ...info, url: `${other.url}/elsewhere` })));
  });
  assert.deepEqual(
    mine.log.map((each) => each.authorization),
    [LOGIN],
  );
  assert.deepEqual(
    other.log.map((each) => each.authorization),
    [undefined, undefined],
  );
});

test("a cache that wants a bearer token gets the password of netrc as one", async (t) => {
  const { url, files, faults, log } = await server(t);
  const info = addPath(files, NAR);
  const headers = { "www-authenticate": 'Bearer realm="attic"' };
  faults.push({ path: /narinfo$/, times: 1, act: { kind: "status", status: 401, headers } });
  await withNetrc(NETRC, async () => {
    const cache = open(url);
    assert.deepEqual(await cache.narInfo(info.storePath), info);
    assert.ok(NAR.equals(await narOf(cache, info)));
    // One more 401 is an answer to the token.
    faults.push({ path: /narinfo$/, act: { kind: "status", status: 401, headers } });
    await assert.rejects(cache.narInfo(info.storePath), { code: "CACHE_DENIED" });
  });
  const bearer = "Bearer secret";
  assert.deepEqual(
    log.map((each) => each.authorization),
    [LOGIN, LOGIN, bearer, bearer, bearer],
  );
});

test("other statuses are errors, and so is a 5xx or 429 that stays", async (t) => {
  const { url, files, faults } = await server(t);
  const info = addPath(files, NAR);
  for (const status of [400, 418, 429, 503]) {
    faults.splice(0, 1, { path: /narinfo$/, act: { kind: "status", status } });
    await assert.rejects(open(url).narInfo(info.storePath), (error) => {
      assert.ok(error instanceof CacheFailed);
      assert.match(error.message, new RegExp(`${url}.*narinfo: .*got ${status}`));
      return true;
    });
  }
  faults.splice(0, 1, { path: /narinfo$/, times: 2, act: { kind: "status", status: 503 } });
  assert.notEqual(await open(url).narInfo(info.storePath), undefined);
});

test("a cache that failed is left alone for a while", async (t) => {
  const { url, files, faults, log } = await server(t);
  const info = addPath(files, NAR);
  faults.push({ path: /narinfo$/, times: 5, act: { kind: "status", status: 503 } });
  const cache = open(url);
  await assert.rejects(cache.narInfo(info.storePath), CacheFailed);
  const asked = log.length;
  await assert.rejects(cache.narInfo(info.storePath), CacheFailed);
  assert.equal(log.length, asked);
});

test("an unreachable cache says so, without what its URL hides", async () => {
  const cache = open("http://me:secret@127.0.0.1:1/?token=secret");
  const info = addPath(new Map(), NAR);
  await assert.rejects(cache.narInfo(info.storePath), (error) => {
    assert.ok(error instanceof HttpUnreachable);
    assert.doesNotMatch(error.message + cache.url, /secret/);
    return true;
  });
});

for (const coding of ["zstd", "gzip", "br"] as const)
  test(`Content-Encoding ${coding} is undone, on narinfos and on NARs`, async (t) => {
    const { url, files, faults } = await server(t);
    const stored = zstdCompressSync(NAR);
    const info = addPath(files, NAR, { stored, compression: "zstd" });
    faults.push({ path: /narinfo$|^nar\//, act: { kind: "encode", coding } });
    const cache = open(url);
    assert.deepEqual(await cache.narInfo(info.storePath), info);
    assert.ok(NAR.equals(await narOf(cache, info)));
  });

test("a Content-Encoding that a proxy has undone already does no harm", async (t) => {
  const { url, files, faults } = await server(t);
  const info = addPath(files, NAR);
  const headers = { "content-encoding": "zstd" };
  const body = files.get(`${info.storePath.slice(11, 43)}.narinfo`) ?? "";
  faults.push({ path: /narinfo$/, act: { kind: "body", body, headers } });
  assert.deepEqual(await open(url).narInfo(info.storePath), info);
});

test("a narinfo of more than 4 MiB is refused", async (t) => {
  const { url, files } = await server(t);
  const info = addPath(files, NAR);
  files.set(`${info.storePath.slice(11, 43)}.narinfo`, Buffer.alloc(4 * 1024 ** 2 + 1, "a"));
  await assert.rejects(open(url).narInfo(info.storePath), {
    code: "HTTP_TEXT_TOO_LONG",
  });
});

test("more codings than anybody needs are refused, and the body is closed", async () => {
  let closed = false;
  const body = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield NAR;
    } finally {
      closed = true;
    }
  };
  const many = (count: number): string => Array.from({ length: count }, () => "gzip").join(", ");
  await assert.rejects(Bytes.collect(decodeContent(body(), many(3000))), UnsupportedCompression);
  assert.ok(closed);
  const twice = gzipSync(gzipSync(NAR));
  assert.ok(NAR.equals(await Bytes.collect(decodeContent(Bytes.of(twice), many(4)))));
});

test("a page instead of a narinfo, a cut one and another path's are errors of their own", async (t) => {
  const { url, files, faults } = await server(t);
  const info = addPath(files, NAR);
  const other = addPath(files, Buffer.from("other"));
  const text = Buffer.from(files.get(`${other.storePath.slice(11, 43)}.narinfo`) ?? "").toString();
  for (const [body, expected] of [
    ["<html>log in</html>", { code: "NOT_A_NARINFO" }],
    [zstdCompressSync(Buffer.from("not decoded")), { code: "NOT_A_NARINFO" }],
    ["StorePath: /nix/store/0d1h7yl", { code: "NARINFO_MALFORMED" }],
    [text, { code: "NARINFO_MALFORMED" }],
  ] as const) {
    faults.splice(0, 1, { path: /narinfo$/, act: { kind: "body", body } });
    await assert.rejects(open(url).narInfo(info.storePath), expected);
  }
});

test("a cache of another store folder is refused; one without nix-cache-info is not", async (t) => {
  const { url, files } = await server(t);
  const info = addPath(files, NAR);
  files.set("nix-cache-info", Buffer.from("StoreDir: /gnu/store\n"));
  await assert.rejects(open(url).narInfo(info.storePath), { code: "FOREIGN_STORE_DIR" });
  files.delete("nix-cache-info");
  assert.deepEqual(await open(url).narInfo(info.storePath), info);
});

test("the URL of a NAR keeps its query, and a leading slash means the cache's root", async (t) => {
  const { url, files } = await server(t);
  const info = addPath(files, NAR, { url: "nar/some.nar?hash=abc" });
  assert.ok(NAR.equals(await narOf(open(url), info)));
  files.set("deep/nar/it", NAR);
  assert.ok(NAR.equals(await narOf(open(`${url}/deep`), { ...info, url: "/nar/it" })));
});

test("a NAR's URL that leads out of the cache is refused", async (t) => {
  const { url, files, log } = await server(t);
  const info = addPath(files, NAR);
  for (const unsafe of ["../secret", "nar/../../secret", "nar/%2e%2e/../../secret"])
    await assert.rejects(narOf(open(`${url}/deep`), { ...info, url: unsafe }), {
      code: "UNSAFE_NAR_URL",
    });
  for (const elsewhere of ["file:///etc/passwd", "//evil.example/x"])
    await assert.rejects(
      narOf(open(url), { ...info, url: elsewhere }),
      { code: "NAR_GONE" },
      elsewhere,
    );
  for (const { path } of log) assert.doesNotMatch(path, /secret/);
});

test("a NAR that is gone, denied or cut short is an error", async (t) => {
  const { url, files, faults } = await server(t);
  const info = addPath(files, Buffer.alloc(100_000));
  for (const status of [404, 403]) {
    faults.splice(0, 1, { path: /^nar\//, act: { kind: "status", status } });
    await withNetrc("", () => assert.rejects(narOf(open(url), info), { code: "NAR_GONE" }));
  }
  faults.splice(0, 1, { path: /^nar\//, act: { kind: "drop", afterBytes: 5000 } });
  await assert.rejects(narOf(open(url), info), HttpUnreachable);
});

test("an abort ends a narinfo and a NAR with its own reason", async (t) => {
  const { url, files, faults } = await server(t);
  const info = addPath(files, NAR);
  faults.push({ path: /./, act: { kind: "wait", ms: 1000 } });
  const reason = new Error("enough");
  const soon = (): AbortSignal => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 10);
    return controller.signal;
  };
  await assert.rejects(open(url).narInfo(info.storePath, soon()), reason);
  await assert.rejects(Bytes.collect(open(url).openNar(info, soon())), reason);
});
