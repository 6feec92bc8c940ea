import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { Bytes } from "../../../provider/base/bytes.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { recursivePath } from "../../../provider/formats/nix/content-address.ts";
import { writeNar } from "../../../provider/formats/nix/nar-writer.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { NarSource } from "../../../provider/substituter/chain.ts";
import { openSubstituter } from "../../../provider/substituter/open.ts";
import type { LockedNar } from "../../../provider/substituter/supplier.ts";
import { fetchTarball } from "../../../provider/substituter/tarball-source.ts";
import { addPath, startCacheServer, type CacheServer } from "../../support/cache-server.ts";
import { hasCode } from "../../support/has-code.ts";
import { tarOf } from "../../support/tar.ts";
import { openNar } from "../../support/read-nar.ts";

const NAR = Buffer.from(writeNar(Tree.directory({ f: Tree.file("a source".repeat(10_000)) })));
const TARBALL = gzipSync(tarOf({ name: "src-1/f", contents: "a source".repeat(10_000) }));

const locked = (tarball: string): LockedNar => {
  const narHash = NarHash.of(NAR);
  const { storePath, ca } = recursivePath("source", narHash, []);
  const rest = { references: [], signatures: [], fetch: { tarball } };
  return { storePath, ca, narHash, narSize: NAR.length, ...rest };
};

async function server(t: TestContext): Promise<CacheServer> {
  const started = await startCacheServer();
  t.after(() => started.close());
  started.files.set("src.tar.gz", TARBALL);
  return started;
}

const read = async (source: NarSource, info: LockedNar) =>
  Buffer.from(await Bytes.collect(openNar(source, info)));

test("if no cache has a path, its tarball is downloaded, unpacked and checked", async (t) => {
  const { url, log } = await server(t);
  const source = new NarSource([openSubstituter(url)]);
  assert.ok(NAR.equals(await read(source, locked(`${url}/src.tar.gz`))));
  assert.deepEqual(
    log.map(({ path }) => path.replace(/^[0-9a-z]{32}/, "…")),
    ["nix-cache-info", "….narinfo", "src.tar.gz"],
  );
});

test("a cache that has the path is preferred to the tarball", async (t) => {
  const { url, files, count } = await server(t);
  const info = addPath(files, NAR, { name: "source" });
  const source = new NarSource([openSubstituter(url)]);
  const fetch = { tarball: `${url}/src.tar.gz` };
  assert.ok(NAR.equals(await read(source, { ...info, fetch })));
  assert.equal(count(/tar\.gz/), 0);
});

test("a tarball may be a file on this machine", async () => {
  await withTempDir(async (folder) => {
    await writeFile(join(folder, "src.tar.gz"), TARBALL);
    const tarball = pathToFileURL(join(folder, "src.tar.gz")).href;
    assert.ok(NAR.equals(await read(new NarSource([]), locked(tarball))));
    const gone = pathToFileURL(join(folder, "gone.tar.gz")).href;
    await assert.rejects(read(new NarSource([]), locked(gone)), /gone\.tar\.gz: .*got ENOENT/);
  });
});

test("a download that breaks off starts again, and nothing of the broken one is used", async (t) => {
  const { url, faults, count } = await server(t);
  faults.push({ path: /tar/, times: 2, act: { kind: "drop", afterBytes: 100 } });
  assert.ok(NAR.equals(await read(new NarSource([]), locked(`${url}/src.tar.gz`))));
  assert.equal(count(/tar/), 3);
});

test("a tarball with other contents is refused", async (t) => {
  const { url, files } = await server(t);
  files.set("src.tar.gz", tarOf({ name: "src-1/f", contents: "another source" }));
  const info = locked(`${url}/src.tar.gz?token=secret`);
  await assert.rejects(read(new NarSource([]), locked(`${url}/src.tar.gz`)), (error) => {
    assert.ok(hasCode(error, "NAR_UNAVAILABLE"));
    assert.match(error.message, /src\.tar\.gz: .* expected \d+ bytes, sha256-/);
    return true;
  });
  await assert.rejects(read(new NarSource([]), info), (error) => {
    assert.ok(hasCode(error, "NAR_UNAVAILABLE"));
    assert.match(error.message, /src\.tar\.gz\?…: expected a tarball; got status 404/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

test("a tarball that unpacks to far more than the lock says is stopped", async (t) => {
  const { url, files } = await server(t);
  const bomb = Buffer.alloc(70 * 1024 * 1024);
  files.set("src.tar.gz", gzipSync(tarOf({ name: "src-1/f", contents: bomb }), { level: 1 }));
  const tarball = fetchTarball({ url: `${url}/src.tar.gz`, narSize: NAR.length });
  await assert.rejects(Bytes.collect(tarball), /more than the \d+ bytes/);
});

test("other URLs are refused", async () => {
  for (const url of ["ftp://x/src.tar.gz", "src.tar.gz"])
    await assert.rejects(Bytes.collect(fetchTarball({ url })), { code: "TARBALL_UNAVAILABLE" });
});
