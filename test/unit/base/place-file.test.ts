import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { placeFile, replaceFile } from "../../../provider/base/place-file.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";

test("a file appears under the name that its writer chooses, and nothing beside it", () =>
  withTempDir(async (folder) => {
    await placeFile(join(folder, "near"), async (temporary) => {
      await writeFile(temporary, "x");
      return join(folder, "there");
    });
    assert.deepEqual(readdirSync(folder), ["there"]);
  }));

test("the old file stays, alone, if writing the new one fails", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "f");
    writeFileSync(file, "old");
    const failure = new Error("no");
    const write = async (temporary: string): Promise<void> => {
      await writeFile(temporary, "half");
      throw failure;
    };
    await assert.rejects(replaceFile(file, write), failure);
    assert.deepEqual(readdirSync(folder), ["f"]);
    assert.equal(readFileSync(file, "utf8"), "old");
  }));
