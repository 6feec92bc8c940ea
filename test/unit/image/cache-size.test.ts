import assert from "node:assert/strict";
import { test } from "node:test";
import { cacheSize } from "../../../provider/image/cache-size.ts";
import { LayerCache } from "../../../provider/image/layer-cache.ts";

const sizeOf = (LIX_IMAGE_CACHE_SIZE?: string): number => cacheSize({ LIX_IMAGE_CACHE_SIZE });

for (const [text, bytes] of [
  [undefined, 10 * 1024 ** 3],
  ["", 10 * 1024 ** 3],
  ["1", 1],
  ["10737418240", 10 * 1024 ** 3],
  ["512K", 512 * 1024],
  ["500m", 500 * 1024 ** 2],
  ["10G", 10 * 1024 ** 3],
  ["10GiB", 10 * 1024 ** 3],
  ["10GB", 10 * 1000 ** 3],
  ["2T", 2 * 1024 ** 4],
] as const)
  test(`a cache of ${text ?? "no stated size"} holds ${bytes} bytes`, () => {
    assert.equal(sizeOf(text), bytes);
  });

for (const text of [
  "abc",
  "-5",
  "0",
  "0G",
  "1.5G",
  "10 GB",
  "G",
  "10B",
  "10P",
  "1e9",
  "9".repeat(20),
])
  test(`refuses ${text} as the size of the cache, and names the variable`, () => {
    assert.throws(() => sizeOf(text), {
      code: "INVALID_CACHE_SIZE",
      message: `LIX_IMAGE_CACHE_SIZE: expected a number of bytes; got "${text}"`,
    });
  });

test("an invalid size is refused before anything is created", (t) => {
  process.env["LIX_IMAGE_CACHE_SIZE"] = "many";
  t.after(() => delete process.env["LIX_IMAGE_CACHE_SIZE"]);
  assert.throws(() => new LayerCache("/nowhere"), { code: "INVALID_CACHE_SIZE" });
});
