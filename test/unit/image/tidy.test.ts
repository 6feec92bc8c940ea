import assert from "node:assert/strict";
import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { temporaryPath } from "../../../provider/base/temporary.ts";
import { readCacheFile } from "../../../provider/image/folder.ts";
import { LayerCache } from "../../../provider/image/layer-cache.ts";

const DAY_S = 24 * 3600;
const NOTES = ["layers", "listings", "locks", "successors"];

function put(file: string, daysAgo: number): void {
  writeFileSync(file, "{}");
  const then = Date.now() / 1000 - daysAgo * DAY_S;
  utimesSync(file, then, then);
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(folder.length + 1))
    .sort();

test("the first write of a process removes what others left in every folder, and old notes", () =>
  withTempDir(async (dir) => {
    const cache = new LayerCache(dir);
    for (const folder of [...NOTES, "blobs"]) {
      mkdirSync(join(cache.folder, folder), { recursive: true });
      const near = join(cache.folder, folder, "x");
      put(join(cache.folder, folder, "used"), 80);
      put(join(cache.folder, folder, "unused"), 100);
      // Of this id, but another process: it began before.
      const [before = ""] = /\.\d+\.[0-9a-f]{12}\.tmp$/.exec(temporaryPath(near)) ?? [];
      const left = temporaryPath(near).replace(
        /\.\d+\.[0-9a-f]{12}\.tmp$/,
        before.replace(/\d/, "0"),
      );
      put(left, 0);
    }
    await cache.verdicts.has("x");
    assert.equal(filesIn(cache.folder).length, 3 * 5, "reading changes nothing");
    await cache.verdicts.add("new");
    const kept = NOTES.map((folder) => `${folder}/used`);
    assert.deepEqual(
      filesIn(cache.folder),
      // Blobs go by how much there is of them.
      [...kept, "blobs/used", "blobs/unused", "locks/new"].sort(),
    );
  }));

test("a note that is read counts as used from then on", () =>
  withTempDir(async (dir) => {
    const file = join(dir, "note");
    put(file, 80);
    await readCacheFile(file);
    assert.ok(Date.now() - statSync(file).mtimeMs < 60_000);
    put(file, 0.5);
    const { mtimeMs } = statSync(file);
    await readCacheFile(file);
    assert.equal(statSync(file).mtimeMs, mtimeMs, "once a day is enough");
  }));
