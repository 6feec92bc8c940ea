import assert from "node:assert/strict";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { evict } from "../../../provider/layer-cache/evict.ts";
import { Digest } from "../../../provider/oci/digest.ts";

const HOUR_S = 3600;
const names = ["a", "b", "c", "d"].map((letter) => letter.repeat(64));
const [A = "", B = "", C = "", D = ""] = names;

afterEach(() => {
  delete process.env["LIX_IMAGE_CACHE_SIZE"];
});

/** Blobs of 10 bytes, the first one used longest ago, and one that is not whole yet. */
function fill(dir: string): void {
  const blobs = join(dir, "blobs");
  mkdirSync(blobs);
  const now = Date.now() / 1000;
  const put = (name: string, hoursAgo: number): void => {
    writeFileSync(join(blobs, name), "0123456789");
    const then = now - hoursAgo * HOUR_S;
    utimesSync(join(blobs, name), then, then);
  };
  for (const [index, name] of names.entries()) put(name, 10 - index);
  put("new.tmp", 24 * 7);
}

const left = (dir: string): string[] => readdirSync(join(dir, "blobs")).sort();

test("below the bound all of it stays", () =>
  withTempDir(async (dir) => {
    fill(dir);
    await evict(dir, new Set());
    assert.deepEqual(left(dir), [...names, "new.tmp"]);
  }));

test("beyond the bound the longest unused go first, but none that this process uses", () =>
  withTempDir(async (dir) => {
    fill(dir);
    // What is not whole yet counts, and stays.
    process.env["LIX_IMAGE_CACHE_SIZE"] = "35";
    await evict(dir, new Set([Digest.parse(`sha256:${A}`)]));
    assert.deepEqual(left(dir), [A, D, "new.tmp"].sort());
    assert.ok(!left(dir).includes(B) && !left(dir).includes(C));
  }));

test("what is no size bounds nothing", () =>
  withTempDir(async (dir) => {
    fill(dir);
    for (const text of ["", "many", "-1", "0"]) {
      process.env["LIX_IMAGE_CACHE_SIZE"] = text;
      await evict(dir, new Set());
    }
    assert.equal(left(dir).length, 5);
  }));
