import assert from "node:assert/strict";
import fs, { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { mock, test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { evict } from "../../../provider/image/evict.ts";
import { LayerCache } from "../../../provider/image/layer-cache.ts";
import { DiffId, Digest } from "../../../provider/formats/oci/digest.ts";

const HOUR_S = 3600;
const NAMES = ["a", "b", "c", "d"].map((letter) => letter.repeat(64));
const [A = "", , , D = ""] = NAMES;
const PLENTY = { bytes: 1000, files: 1000 };
const NONE: ReadonlySet<Digest> = new Set();
const digestOf = (name: string): Digest => Digest.parse(`sha256:${name}`);

function put(folder: string, name: string, hoursAgo: number): void {
  writeFileSync(join(folder, name), "0123456789");
  const then = Date.now() / 1000 - hoursAgo * HOUR_S;
  utimesSync(join(folder, name), then, then);
}

/** Blobs of 10 bytes, the first one used longest ago, and one that is not whole yet. */
const withBlobs = (use: (folder: string) => Promise<void>): Promise<void> =>
  withTempDir(async (folder) => {
    for (const [index, name] of NAMES.entries()) put(folder, name, 10 - index);
    put(folder, "new.tmp", 24 * 7);
    await use(folder);
  });

const left = (folder: string): string[] => readdirSync(folder).sort();

test("below the bound nothing is removed, and the remaining room is returned", () =>
  withBlobs(async (folder) => {
    const room = await evict(folder, { bound: { bytes: 100, files: 20 }, keep: NONE });
    assert.deepEqual(room, { bytes: 50, files: 15 });
    assert.deepEqual(left(folder), [...NAMES, "new.tmp"]);
  }));

for (const [what, bound] of [
  ["bytes", { ...PLENTY, bytes: 35 }],
  ["files", { ...PLENTY, files: 4 }],
] as const)
  test(`beyond the bound of ${what} the least recently used go first, but none that this process uses`, () =>
    withBlobs(async (folder) => {
      await evict(folder, { bound, keep: new Set([digestOf(A)]) });
      // What is not whole yet counts, and stays.
      assert.deepEqual(left(folder), [A, D, "new.tmp"].sort());
    }));

test("an eviction makes room for more than the next blob", () =>
  withBlobs(async (folder) => {
    const room = await evict(folder, { bound: { ...PLENTY, bytes: 40 }, keep: NONE });
    assert.equal(room.bytes, 10);
    const keep = new Set(NAMES.map(digestOf));
    const none = await evict(folder, { bound: { ...PLENTY, bytes: 20 }, keep });
    assert.equal(none.bytes, 2, "where nothing may go, too: else each write would look again");
  }));

/** A blob of ten bytes. */
async function add(cache: LayerCache, number: number): Promise<void> {
  const bytes = Buffer.from(String(number).padStart(10));
  const digest = Digest.of(bytes);
  await cache.addBlob(async (sink) => {
    await sink(bytes);
    const mediaType = "application/vnd.oci.image.layer.v1.tar";
    return { digest, diffId: DiffId.parse(digest), size: bytes.length, mediaType };
  });
}

test("a hundred blobs are written with one look at each folder of the cache", () =>
  withTempDir(async (dir) => {
    const readdir = mock.method(fs.promises, "readdir");
    syncBuiltinESMExports();
    try {
      const cache = new LayerCache(dir, 100_000);
      await add(cache, 0);
      const first = readdir.mock.callCount();
      assert.ok(first > 0, "it is counted");
      await Promise.all(Array.from({ length: 100 }, (_, index) => add(cache, index + 1)));
      assert.equal(readdir.mock.callCount(), first);
    } finally {
      readdir.mock.restore();
      syncBuiltinESMExports();
    }
  }));

test("blobs that other processes write are counted when the room is used up", () =>
  withTempDir(async (dir) => {
    const cache = new LayerCache(dir, 100);
    await add(cache, 0);
    for (const name of NAMES) put(join(cache.folder, "blobs"), name, 1);
    for (let number = 1; number < 10; number += 1) await add(cache, number);
    assert.equal(left(join(cache.folder, "blobs")).length, 14, "room for nine was left");
    await add(cache, 10);
    // Its own eleven it still uses.
    assert.equal(left(join(cache.folder, "blobs")).length, 11);
  }));
