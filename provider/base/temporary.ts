/**
 * Files and folders that must not outlive the process that makes them. A signal that ends the process
 * removes them. If it is killed, another process recognises them: their names say whose they are.
 * @module
 */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasEnded, thisProcess } from "./this-process.ts";

const ours = new Set<string>();

/** A path beside `near` for a file that is still being written. The caller calls {@link removeTemporary}. */
export function temporaryPath(near: string): string {
  const { place, pid, start } = thisProcess();
  const random = randomBytes(6).toString("hex");
  return noteTemporary(`${near}.${place}.${pid}.${start}.${random}.tmp`);
}

/** From now on, a signal that ends the process removes it. */
export function noteTemporary(path: string): string {
  ours.add(path);
  return path;
}

/** From now on, this process does not remove it. */
export function forgetTemporary(path: string): void {
  ours.delete(path);
}

/**
 * It is no error if the file is gone, because it was renamed. Never fails, because that would hide an
 * earlier error: the end of the process tries again.
 */
export async function removeTemporary(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).then(
    () => ours.delete(path),
    () => {},
  );
}

// libuv's threads finish what they were asked for within a few of them, or more if the disk is busy.
const SETTLE_MS = 100;

/**
 * Removes all temporary files in the last moment of a process. It blocks the process for a moment first,
 * so that no pending operation creates a file after the removal. Every file is noted before it is created, so there is
 * nothing to wait for if none is.
 */
export function removeTemporaries(): void {
  if (ours.size === 0) return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLE_MS);
  for (const path of ours)
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // The next process removes it.
    }
}

/** Removes from a folder what killed processes left, if its name begins with `prefix`. Never fails. */
export async function removeAbandoned(folder: string, prefix = ""): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix) || !name.endsWith(".tmp")) continue;
    const path = join(folder, name);
    if (await isAbandoned(name, path))
      await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** A process on another machine or in another container may still be writing, so its files get a day. */
async function isAbandoned(name: string, path: string): Promise<boolean> {
  const [, place = "", pid, start] = NAME.exec(name) ?? [];
  const ended = hasEnded({ place, pid: Number(pid), start: Number(start) });
  if (ended !== "unknown") return ended;
  const changed = await stat(path).catch(() => undefined);
  return changed !== undefined && Date.now() - changed.mtimeMs > FOREIGN_MS;
}

const NAME = /\.([0-9a-f]{8})\.(\d+)\.(\d+)\.[0-9a-f]{12}\.tmp$/;
const FOREIGN_MS = 24 * 3600 * 1000;
