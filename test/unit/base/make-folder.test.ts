/** Folders are made with those above them, or there is an error, on every file system. @module */
import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder } from "../../../provider/base/make-folder.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { prepareLayout } from "../../../provider/destination/oci-index.ts";

const LINUX = { skip: process.platform === "linux" ? false : "needs /proc" };

test("a folder is made with those above it, also by several at once", async () => {
  await withTempDir(async (dir) => {
    const folder = join(dir, "a", "b", "c");
    await Promise.all(Array.from({ length: 8 }, () => makeFolder(folder)));
    assert.ok((await stat(folder)).isDirectory());
    await writeFile(join(dir, "file"), "");
    await assert.rejects(makeFolder(join(dir, "file")), { code: "EEXIST" });
    await assert.rejects(makeFolder(join(dir, "file", "x")), { code: "ENOTDIR" });
  });
});

test(
  "a file system that takes no new folder gives an error instead of an endless loop",
  LINUX,
  async () => {
    for (const folder of ["/proc/x", "/proc/self/x/y"]) {
      await assert.rejects(makeFolder(folder), { code: "ENOENT" });
      await assert.rejects(prepareLayout(folder), { code: "ENOENT" });
    }
  },
);
