/** Locks from caches of which one keeps silent. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { publicHalf, PublicKey, sign } from "../../../provider/formats/nix/signature.ts";
import { resolveClosure } from "../../../provider/resolve/resolve-closure.ts";
import { binaryCache } from "../../../provider/substituter/binary-cache.ts";
import { httpCacheFiles } from "../../../provider/substituter/http-cache.ts";
import { LateCaches } from "../../../provider/substituter/late-caches.ts";
import { addPath, startCacheServer, type CacheServer } from "../../support/cache-server.ts";
import { startRawServer } from "../../support/raw-server.ts";

const SECRET_KEY = newKey();
const KEYS = [PublicKey.parse(publicHalf(SECRET_KEY))];

function newKey(): string {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32);
  const half = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return `test-1:${Buffer.concat([seed, half]).toString("base64")}`;
}

const cacheAt = (url: string) => binaryCache(httpCacheFiles(new URL(`${url}/`)));

function addSigned({ files }: CacheServer, name: string) {
  // Nobody reads it.
  const nar = Buffer.from(`the NAR of ${name}`);
  const info = addPath(new Map(), nar, { name });
  return addPath(files, nar, { name, signatures: [sign(info, SECRET_KEY)] });
}

test("a lock does not wait for a cache that never answers, and asks it last from then on", async () => {
  let asked = 0;
  const raw = await startRawServer(() => (asked += 1));
  const healthy = await startCacheServer();
  try {
    const [first, second] = [addSigned(healthy, "first"), addSigned(healthy, "second")];
    const substituters = [cacheAt(raw.url), cacheAt(healthy.url)];
    const lateCaches = new LateCaches();
    const closure = { substituters, lateCaches, keys: KEYS, label: "a test", overtakeMs: 400 };
    const found = await resolveClosure({ ...closure, roots: [first.storePath] });
    assert.deepEqual([...found.keys()], [first.storePath]);
    const before = asked;
    await resolveClosure({ ...closure, roots: [second.storePath] });
    assert.ok(before > 0);
    assert.equal(asked, before);
  } finally {
    await Promise.all([raw.close(), healthy.close()]);
  }
});

test("a slow cache is asked again for a path that no other cache has", async () => {
  const [slow, other] = await Promise.all([startCacheServer(), startCacheServer()]);
  try {
    const info = addSigned(slow, "only-here");
    slow.faults.push({ path: /./, act: { kind: "wait", ms: 250 } });
    const substituters = [cacheAt(slow.url), cacheAt(other.url)];
    const lateCaches = new LateCaches();
    const closure = { substituters, lateCaches, keys: KEYS, label: "a test", overtakeMs: 100 };
    const found = await resolveClosure({ ...closure, roots: [info.storePath] });
    assert.deepEqual([...found.keys()], [info.storePath]);
  } finally {
    await Promise.all([slow.close(), other.close()]);
  }
});
