/**
 * Files and folders that are not to outlive the process that makes them. A signal that ends it removes
 * them; what a killed process left, another one knows by its name: whose it is stands in it.
 * @module
 */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasEnded, thisProcess } from "./this-process.ts";

const ours = new Set<string>();

/** A name beside `near` for what is not whole yet. Whoever takes it calls {@link removeTemporary}. */
export function temporaryPath(near: string): string {
  const { place, pid, start } = thisProcess();
  const random = randomBytes(6).toString("hex");
  return noteTemporary(`${near}.${place}.${pid}.${start}.${random}.tmp`);
}

/** From now on a signal that ends the process removes it. */
export function noteTemporary(path: string): string {
  ours.add(path);
  return path;
}

/** From now on it is not this process's to remove. */
export function forgetTemporary(path: string): void {
  ours.delete(path);
}

/**
 * What was renamed meanwhile is not there, which is well. Never fails, because it would hide what went
 * wrong before: what cannot be removed is left to the end of the process.
 */
export async function removeTemporary(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).then(
    () => ours.delete(path),
    () => {},
  );
}

// What libuv's threads were asked for takes a few of them, and behind a disk that is busy some more.
const SETTLE_MS = 100;

/**
 * All there are, at once: for the last moment of a process. It blocks first, so that nothing more is begun
 * and no file comes to be behind its removal.
 */
export function removeTemporaries(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLE_MS);
  for (const path of ours)
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // The next process will do.
    }
}

/** What killed processes left in a folder, of names that begin so. Never fails: it is only tidying. */
export async function removeAbandoned(folder: string, prefix = ""): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix) || !name.endsWith(".tmp")) continue;
    const path = join(folder, name);
    if (await isAbandoned(name, path))
      await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** A process that cannot be looked up from here may still be writing, so its files are given a day. */
async function isAbandoned(name: string, path: string): Promise<boolean> {
  const [, place = "", pid, start] = NAME.exec(name) ?? [];
  const ended = hasEnded({ place, pid: Number(pid), start: Number(start) });
  if (ended !== "unknown") return ended;
  const changed = await stat(path).catch(() => undefined);
  return changed !== undefined && Date.now() - changed.mtimeMs > FOREIGN_MS;
}

const NAME = /\.([0-9a-f]{8})\.(\d+)\.(\d+)\.[0-9a-f]{12}\.tmp$/;
const FOREIGN_MS = 24 * 3600 * 1000;
