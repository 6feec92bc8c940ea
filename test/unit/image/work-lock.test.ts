import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { thisProcess } from "../../../provider/base/this-process.ts";
import { LayerCache } from "../../../provider/image/layer-cache.ts";
import { removeDeadLocks, withWorkLock } from "../../../provider/image/work-lock.ts";

const onWait = (): void => {};

const lockOf = (place: string, pid: number, start: number, host = "elsewhere"): string =>
  `${place} ${pid} ${start} 0123456789ab ${host}\n`;

/** A process of this machine that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

test("everybody who wants a lock works alone, and the file is gone in the end", () =>
  withTempDir(async (dir) => {
    const file = join(dir, "working", "a.lock");
    let working = 0;
    const work = async (): Promise<number> => {
      working += 1;
      assert.equal(working, 1);
      await sleep(2);
      working -= 1;
      return 7;
    };
    const results = Array.from({ length: 8 }, () => withWorkLock(file, { onWait }, work));
    assert.deepEqual(await Promise.all(results), Array(8).fill(7));
    assert.deepEqual(readdirSync(join(dir, "working")), []);
  }));

test("work that fails releases the lock", () =>
  withTempDir(async (dir) => {
    const file = join(dir, "a.lock");
    const failing = withWorkLock(file, { onWait }, () => Promise.reject(new Error("no")));
    await assert.rejects(failing, /^Error: no$/);
    assert.deepEqual(readdirSync(dir), []);
  }));

for (const [whose, text] of [
  ["of a process that has ended", () => lockOf(thisProcess().place, deadPid(), 1)],
  ["of an earlier process with our id", () => lockOf(thisProcess().place, process.pid, 1)],
] as const)
  test(`a lock ${whose} is taken over at once`, () =>
    withTempDir(async (dir) => {
      const file = join(dir, "a.lock");
      writeFileSync(file, text());
      const waits: string[] = [];
      await withWorkLock(file, { onWait: (owner) => waits.push(owner) }, async () => {
        assert.match(readFileSync(file, "utf8"), new RegExp(`^\\w+ ${process.pid} `));
      });
      assert.deepEqual(waits, []);
      assert.deepEqual(readdirSync(dir), []);
    }));

for (const [whose, text, owner] of [
  ["from another host", () => lockOf("00000000", 1, 1), "process 1 on elsewhere"],
  [
    "of a process whose id was reused",
    () => lockOf(thisProcess().place, process.ppid, 1),
    /^process \d+$/,
  ],
  ["that was never written", () => "", undefined],
  ["that nobody can read as one", () => "\0garbage", undefined],
] as const)
  test(`a lock ${whose} is taken over if it has not changed for some time`, () =>
    withTempDir(async (dir) => {
      const file = join(dir, "a.lock");
      writeFileSync(file, text());
      const waits: string[] = [];
      const done = await withWorkLock(
        file,
        { onWait: (each) => waits.push(each), deadAfterMs: 100 },
        async () => "done",
      );
      assert.equal(done, "done");
      assert.equal(waits.length, owner === undefined ? 0 : 1);
      if (owner !== undefined) assert.match(waits[0] ?? "", new RegExp(owner));
      assert.deepEqual(readdirSync(dir), []);
    }));

test("a lock of another host that still changes is waited for, whatever its clock says", () =>
  withTempDir(async (dir) => {
    const file = join(dir, "a.lock");
    const owner = lockOf("00000000", 1, 1);
    writeFileSync(file, owner);
    let beats = 0;
    const beating = setInterval(() => {
      writeFileSync(file, `${owner}${++beats}\n`);
      utimesSync(file, 1, 1);
    }, 5);
    const scope = new AbortController();
    const waiting = withWorkLock(
      file,
      { onWait, signal: scope.signal, deadAfterMs: 100 },
      async () => "taken",
    );
    const aborted = assert.rejects(waiting, /enough/);
    await new Promise<void>((resolve) => {
      const watch = setInterval(() => {
        if (beats < 60) return;
        clearInterval(watch);
        resolve();
      }, 5);
    });
    // Before the folder goes.
    clearInterval(beating);
    scope.abort(new Error("enough"));
    await aborted;
    assert.ok(existsSync(file), "it is not ours to remove");
  }));

test("the owner's file changes while it works", () =>
  withTempDir(async (dir) => {
    const file = join(dir, "a.lock");
    await withWorkLock(file, { onWait }, async () => {
      const before = readFileSync(file, "utf8");
      for (const signal = AbortSignal.timeout(20_000); readFileSync(file, "utf8") === before;) {
        signal.throwIfAborted();
        await sleep(20);
      }
    });
  }));

test("an owner that was taken for dead does not remove the lock of its successor", () =>
  withTempDir(async (dir) => {
    const file = join(dir, "a.lock");
    const next = lockOf("00000000", 2, 2);
    await withWorkLock(file, { onWait }, async () => writeFileSync(file, next));
    assert.equal(readFileSync(file, "utf8"), next);
  }));

test("if no lock can be made, the work is done without one", () =>
  withTempDir(async (dir) => {
    writeFileSync(join(dir, "working"), "a file where the folder should be");
    assert.equal(await withWorkLock(join(dir, "working", "a.lock"), { onWait }, async () => 7), 7);
  }));

test("the first write of a process removes the locks of processes that have ended", () =>
  withTempDir(async (dir) => {
    const cache = new LayerCache(dir);
    const folder = join(cache.folder, "working");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "dead.lock"), lockOf(thisProcess().place, deadPid(), 1));
    writeFileSync(join(folder, "old.lock"), lockOf("00000000", 1, 1));
    utimesSync(join(folder, "old.lock"), 1, 1);
    writeFileSync(join(folder, "foreign.lock"), lockOf("00000000", 1, 1));
    writeFileSync(join(folder, "alive.lock"), lockOf(thisProcess().place, process.ppid, 1));
    await removeDeadLocks(folder);
    assert.deepEqual(readdirSync(folder), ["alive.lock", "foreign.lock"]);
  }));
