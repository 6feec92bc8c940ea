import assert from "node:assert/strict";
import {
  chmodSync,
  copyFileSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { readNote, writeNote } from "../../../provider/image/note.ts";

const NOTE = { digest: "sha256:0123456789", size: 42, text: 'a "quoted" café' };

async function withNote(use: (file: string, text: Buffer) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const file = join(dir, "note.json");
    await writeNote(file, NOTE);
    await use(file, readFileSync(file));
  });
}

test("a note is JSON, can be read back, and only by its user", () =>
  withNote(async (file, text) => {
    assert.deepEqual(await readNote(file), NOTE);
    assert.deepEqual(JSON.parse(text.toString()).note, NOTE);
    if (process.platform !== "win32") assert.equal(statSync(file).mode & 0o777, 0o600);
  }));

test("a note with any bit changed counts as none", () =>
  withNote(async (file, text) => {
    for (let bit = 0; bit < text.length * 8; bit += 1) {
      const flipped = Buffer.from(text);
      const at = bit >> 3;
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(file, flipped);
      assert.equal(await readNote(file), undefined, `bit ${bit}`);
    }
  }));

test("a note cut off anywhere counts as none", () =>
  withNote(async (file, text) => {
    for (let length = text.length - 1; length >= 0; length -= 1) {
      truncateSync(file, length);
      assert.equal(await readNote(file), undefined, `${length} bytes`);
    }
  }));

test("a note without a checksum, as the first release wrote it, counts as none", () =>
  withNote(async (file) => {
    writeFileSync(file, JSON.stringify(NOTE));
    assert.equal(await readNote(file), undefined);
  }));

test("a note under another name, or in another folder, counts as none", () =>
  withNote(async (file) => {
    const renamed = join(file, "../other.json");
    copyFileSync(file, renamed);
    assert.equal(await readNote(renamed), undefined);
    await withTempDir(async (elsewhere) => {
      const moved = join(elsewhere, "note.json");
      copyFileSync(file, moved);
      assert.equal(await readNote(moved), undefined);
    });
  }));

test(
  "a note that other users may write counts as none",
  { skip: process.platform === "win32" },
  () =>
    withNote(async (file) => {
      for (const mode of [0o620, 0o602]) {
        chmodSync(file, mode);
        assert.equal(await readNote(file), undefined);
      }
    }),
);
