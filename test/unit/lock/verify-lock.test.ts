import assert from "node:assert/strict";
import { test } from "node:test";
import type { LixImageError } from "../../../provider/base/errors.ts";
import type { Lock, LockedPath } from "../../../provider/lock/lock.ts";
import { verifyLock } from "../../../provider/lock/verify-lock.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import type { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { CURL, GLIBC, KEY, sampleLock, signed, SOURCE, testKey } from "./sample.ts";

/** The sample with one path changed. */
function changed(path: StorePath, change: (locked: LockedPath) => LockedPath): Lock {
  const lock = sampleLock();
  const [system] = lock.systems.values();
  assert.ok(system);
  const paths = new Map(system.paths);
  const locked = paths.get(path);
  assert.ok(locked);
  paths.set(path, change(locked));
  return { ...lock, systems: new Map([[system.system, { ...system, paths }]]) };
}

async function complaint(lock: Lock): Promise<string> {
  const error = await verifyLock(lock).then(
    () => undefined,
    (thrown: LixImageError) => thrown,
  );
  assert.equal(error?.code, "UNTRUSTED_LOCK");
  return error?.message ?? "";
}

const other = testKey("other-1", 8);

test("accepts signed paths and content-addressed ones", async () => {
  await verifyLock(sampleLock());
});

test("refuses a path with neither signature nor content address", async () => {
  const lock = changed(GLIBC, (path) => ({ ...path, signatures: [] }));
  assert.match(await complaint(lock), /glibc-2\.40"\]: has neither a signature nor a ca/);
});

test("refuses a path that only an unknown key signed, and names both sides", async () => {
  const lock = changed(GLIBC, (path) => signed(path, other));
  assert.match(await complaint(lock), /signed only by other-1; trusted: test-1/);
});

test("refuses a known key's signature of something else", async () => {
  for (const change of [
    { narSize: 8 },
    { narHash: NarHash.of(Buffer.of(1)) },
    { references: [] },
  ]) {
    const lock = changed(CURL, (path) => ({ ...path, ...change }));
    assert.match(await complaint(lock), /wrong signature by test-1/);
  }
});

test("refuses a key that borrows a trusted name", async () => {
  const lock = changed(GLIBC, (path) => signed(path, testKey("test-1", 9)));
  assert.match(await complaint(lock), /wrong signature by test-1/);
});

test("accepts one good signature among others, by a key of any cache", async () => {
  const lock = changed(GLIBC, (path) => ({
    ...path,
    signatures: ["junk:AAAA", ...path.signatures, ...signed(path, other).signatures],
  }));
  await verifyLock(lock);
  const keys = [other.publicKey];
  const caches = [
    { url: "./cache", trustedPublicKeys: [KEY.publicKey] },
    { url: "./b", trustedPublicKeys: keys },
  ];
  await verifyLock({ ...changed(GLIBC, (path) => signed(path, other)), caches });
});

test("checks a content address even when the path is signed", async () => {
  const lie = changed(GLIBC, (path) => ({ ...path, ca: SOURCE.ca }));
  assert.match(await complaint(lie), /glibc-2\.40/);
  const otherContents = changed(SOURCE.storePath, (path) =>
    signed({ ...path, narHash: NarHash.of(Buffer.of(1)) }),
  );
  assert.match(await complaint(otherContents), /-source/);
});

test("reports every bad path at once", async () => {
  const lock = changed(GLIBC, (path) => ({ ...path, signatures: [] }));
  const message = await complaint({ ...lock, caches: [] });
  assert.match(message, /2 mistakes/);
  assert.match(message, /glibc/);
  assert.match(message, /curl.*trusted: nobody/);
});

test("reaches a verdict once for the same lock and keys", async () => {
  const known = new Set<string>();
  const remembered = {
    has: (key: string) => known.has(key),
    add: (key: string) => void known.add(key),
  };
  const bad = changed(GLIBC, (path) => ({ ...path, signatures: [] }));
  await assert.rejects(verifyLock(bad, { remembered, sha256: "a" }));
  assert.equal(known.size, 0, "a bad verdict is not remembered");
  await verifyLock(sampleLock(), { remembered, sha256: "a" });
  assert.equal(known.size, 1);
  // The sha256 identifies the lock, so an equal one is trusted without another check.
  await verifyLock(bad, { remembered, sha256: "a" });
  await assert.rejects(verifyLock(bad, { remembered, sha256: "b" }));
  await assert.rejects(verifyLock({ ...bad, caches: [] }, { remembered, sha256: "a" }));
});
