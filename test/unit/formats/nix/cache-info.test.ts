import assert from "node:assert/strict";
import { test } from "node:test";
import { CacheInfo } from "../../../../provider/formats/nix/cache-info.ts";

test("reads what cache.nixos.org says", () => {
  assert.deepEqual(CacheInfo.parse("StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 40\n"), {
    storeDir: "/nix/store",
    wantMassQuery: true,
    priority: 40,
  });
});

test("a cache written by `nix copy` has a store directory only", () => {
  assert.deepEqual(CacheInfo.parse("StoreDir: /nix/store\n"), {
    storeDir: "/nix/store",
    wantMassQuery: false,
    priority: undefined,
  });
});

test("ignores unknown keys, blanks and a missing newline", () => {
  const info = CacheInfo.parse("GetNarInfosV1: 1\nStoreDir:/gnu/store \r\nhello\nPriority: 7");
  assert.deepEqual(info, { storeDir: "/gnu/store", wantMassQuery: false, priority: 7 });
});

test("a priority that is no number is none", () => {
  assert.equal(CacheInfo.parse("Priority: high\n").priority, undefined);
});

test("refuses a web page", () => {
  assert.throws(() => CacheInfo.parse("<html>"), { code: "NOT_A_CACHE_INFO" });
  assert.throws(() => CacheInfo.parse(""), { code: "NOT_A_CACHE_INFO" });
});
