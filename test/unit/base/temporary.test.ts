import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import {
  removeAbandoned,
  removeTemporary,
  temporaryPath,
} from "../../../provider/base/temporary.ts";

const MODULE = new URL("../../../provider/base/temporary.ts", import.meta.url).href;

/** A process that made a temporary file beside `near`, and waits. */
async function startProcess(near: string): Promise<{ child: ChildProcess; file: string }> {
  const program = `
    import { writeFileSync } from "node:fs";
    import { temporaryPath } from ${JSON.stringify(MODULE)};
    const file = temporaryPath(${JSON.stringify(near)});
    writeFileSync(file, "half");
    process.stdout.write(file + "\\n");
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  return { child, file: String(line).trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "close");
}

test("files of a killed process are removed at once, files of a living one are kept", () =>
  withTempDir(async (dir) => {
    const { child, file } = await startProcess(join(dir, "blob"));
    const mine = temporaryPath(join(dir, "blob"));
    writeFileSync(mine, "");
    await removeAbandoned(dir);
    assert.deepEqual(readdirSync(dir).sort(), [file, mine].map((path) => basename(path)).sort());
    await kill(child);
    await removeAbandoned(dir);
    assert.deepEqual(readdirSync(dir), [basename(mine)]);
    await removeTemporary(mine);
    assert.deepEqual(readdirSync(dir), []);
  }));

test("a process with our id that began at another time is another process", () =>
  withTempDir(async (dir) => {
    const mine = basename(temporaryPath(join(dir, "x")));
    const [name = "", place = "", pid = "", start = "", random = ""] = mine.split(".");
    const before = [name, place, pid, String(Number(start) - 1), random, "tmp"].join(".");
    for (const each of [mine, before]) writeFileSync(join(dir, each), "");
    await removeAbandoned(dir);
    assert.deepEqual(readdirSync(dir), [mine]);
  }));

test("files of a process in another container are removed by their age", () =>
  withTempDir(async (dir) => {
    const mine = basename(temporaryPath(join(dir, "x")));
    // The same id, as every container's first process has it.
    const theirs = mine.replace(/^x\.[0-9a-f]{8}/, "x.00000000");
    const old = theirs.replace(/^x/, "old");
    for (const each of [theirs, old, "of-before.tmp"]) writeFileSync(join(dir, each), "");
    const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
    utimesSync(join(dir, old), twoDaysAgo, twoDaysAgo);
    await removeAbandoned(dir);
    assert.deepEqual(readdirSync(dir).sort(), ["of-before.tmp", theirs].sort());
  }));

test("only files and folders with the prefix and .tmp are considered", () =>
  withTempDir(async (dir) => {
    const { child, file } = await startProcess(join(dir, "a"));
    await kill(child);
    const folder = basename(file).replace(/^a/, ".incoming");
    mkdirSync(join(dir, folder));
    writeFileSync(join(dir, folder, "blob"), "");
    const kept = [basename(file), `${folder}.json`].sort();
    writeFileSync(join(dir, `${folder}.json`), "");
    await removeAbandoned(dir, ".incoming.");
    assert.deepEqual(readdirSync(dir).sort(), kept);
    await removeAbandoned(join(dir, "none"));
  }));

test("a process can remove all its unfinished files at its end, and waits for nothing if it has none", () =>
  withTempDir(async (dir) => {
    const program = `
      import { existsSync, writeFileSync, mkdirSync } from "node:fs";
      import { removeTemporaries, noteTemporary, temporaryPath } from ${JSON.stringify(MODULE)};
      const { wait } = Atomics;
      Atomics.wait = () => { throw new Error("there are no files to wait for"); };
      removeTemporaries();
      Atomics.wait = wait;
      writeFileSync(temporaryPath("file"), "");
      mkdirSync(noteTemporary("folder"));
      writeFileSync("folder/x", "");
      temporaryPath("never made");
      removeTemporaries();
    `;
    const args = ["--input-type=module", "--eval", program];
    const child = spawn(process.execPath, args, { cwd: dir, stdio: ["ignore", "ignore", "pipe"] });
    const [stderr] = await Promise.all([text(child.stderr), once(child, "close")]);
    assert.equal(stderr, "");
    assert.ok(existsSync(dir));
    assert.deepEqual(readdirSync(dir), []);
  }));
