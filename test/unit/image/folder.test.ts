import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { LixImageError } from "../../../provider/base/errors.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import {
  cacheUnusable,
  CacheVanished,
  cacheFolder,
  placeCacheFile,
  readCacheFile,
  writeCacheFile,
} from "../../../provider/image/folder.ts";
import { hasCode } from "../../support/has-code.ts";

test("LIX_IMAGE_CACHE names the folder; else it is in the user's cache folder", () => {
  assert.equal(cacheFolder({ LIX_IMAGE_CACHE: "/x" }), "/x");
  assert.equal(cacheFolder({ LIX_IMAGE_CACHE: "" }), cacheFolder({}));
  if (process.platform !== "linux") return;
  assert.equal(cacheFolder({ XDG_CACHE_HOME: "/c" }), "/c/pulumi-lix");
  assert.equal(cacheFolder({}), join(homedir(), ".cache", "pulumi-lix"));
});

test("a file is written whole, over the one before, in folders made as needed", () =>
  withTempDir(async (dir) => {
    const file = join(dir, "a", "b", "c.json");
    await writeCacheFile(file, "one");
    await writeCacheFile(file, "other");
    assert.equal(await readCacheFile(file), "other");
    assert.deepEqual(readdirSync(join(dir, "a", "b")), ["c.json"]);
  }));

test("a missing file is undefined; an unreadable one is an error", () =>
  withTempDir(async (dir) => {
    assert.equal(await readCacheFile(join(dir, "x")), undefined);
    await assert.rejects(readCacheFile(dir), { code: "CACHE_UNUSABLE" });
  }));

test("nothing is left when writing fails, and the old file stays", () =>
  withTempDir(async (dir) => {
    const file = join(dir, "x");
    writeFileSync(file, "old");
    const failure = new Error("no");
    const write = placeCacheFile(file, async (handle) => {
      await handle.writeFile("half");
      throw failure;
    });
    await assert.rejects(write, failure);
    assert.deepEqual(readdirSync(dir), ["x"]);
    assert.equal(readFileSync(file, "utf8"), "old");
  }));

test("many writers of one file do not disturb each other", () =>
  withTempDir(async (dir) => {
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(10_000));
    await Promise.all(texts.map((text) => writeCacheFile(join(dir, "x"), text)));
    assert.ok(texts.includes(readFileSync(join(dir, "x"), "utf8")));
    assert.deepEqual(readdirSync(dir), ["x"]);
  }));

test("a full disk and a forbidden folder have different errors, and both name the folder and what to do", () => {
  const failed = (code: string): LixImageError =>
    cacheUnusable("/cache/v1/blobs/new", Object.assign(new Error(code), { code }));
  assert.match(failed("ENOSPC").message, /no space left on the disk of \/cache\/v1\/blobs/);
  assert.match(failed("EACCES").message, /cannot use \/cache\/v1\/blobs/);
  for (const code of ["ENOSPC", "EDQUOT", "EACCES", "EROFS"])
    assert.match(failed(code).hint ?? "", /LIX_IMAGE_CACHE/);
});

test(
  "a folder that can never be made is an error instead of an endless attempt",
  { skip: process.platform !== "linux" && "/proc is Linux's" },
  async () => {
    await assert.rejects(writeCacheFile("/proc/lix-image/v1/layers/x.json", ""), (error) => {
      assert.ok(hasCode(error, "CACHE_UNUSABLE"));
      assert.match(error.hint ?? "", /LIX_IMAGE_CACHE to a folder on a file system where/);
      return true;
    });
  },
);

test("if the folder is removed while a note is written, it is made again", () =>
  withTempDir(async (dir) => {
    const file = join(dir, "notes", "x");
    let times = 0;
    const write = placeCacheFile(file, async (handle) => {
      await handle.writeFile("x");
      rmSync(join(dir, "notes"), { recursive: true });
      times += 1;
      return file;
    });
    await assert.rejects(write, (error) => {
      assert.ok(error instanceof CacheVanished);
      assert.match(error.message, /notes was removed while a file was written there/);
      return true;
    });
    assert.equal(times, 1);
    await writeCacheFile(file, "x");
    assert.equal(readFileSync(file, "utf8"), "x");
  }));

test("notes are written although another process removes the cache over and over", () =>
  withTempDir(async (dir) => {
    let isWriting = true;
    const removing = (async () => {
      while (isWriting) {
        await rm(join(dir, "cache"), { recursive: true, force: true, maxRetries: 10 });
        await sleep(2);
      }
    })();
    try {
      for (let note = 0; note < 200; note += 1)
        await writeCacheFile(join(dir, "cache", "v1", "notes", `${note % 5}`), "x");
    } finally {
      isWriting = false;
      await removing;
    }
  }));
