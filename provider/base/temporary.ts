/**
 * Files and folders that are not to outlive the process that makes them. A signal that ends it removes
 * them; what a killed process left, another one knows by its name: whose it is stands in it.
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

const ours = new Set<string>();

/** A name beside `near` for what is not whole yet. Whoever takes it calls {@link removeTemporary}. */
export function temporaryPath(near: string): string {
  const { place, start } = self();
  const random = randomBytes(6).toString("hex");
  return noteTemporary(`${near}.${place}.${process.pid}.${start}.${random}.tmp`);
}

/** From now on a signal that ends the process removes it. */
export function noteTemporary(path: string): string {
  ours.add(path);
  return path;
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

/**
 * A process that we can ask for is asked for. Of one on another machine or in another container nothing
 * is known, but that it writes on.
 */
async function isAbandoned(name: string, path: string): Promise<boolean> {
  const { place, start } = self();
  const [, itsPlace, pid, itsStart] = NAME.exec(name) ?? [];
  if (itsPlace !== place) {
    const changed = await stat(path).catch(() => undefined);
    return changed !== undefined && Date.now() - changed.mtimeMs > FOREIGN_MS;
  }
  if (Number(pid) === process.pid) return Number(itsStart) !== start;
  return !isAlive(Number(pid));
}

const NAME = /\.([0-9a-f]{8})\.(\d+)\.(\d+)\.[0-9a-f]{12}\.tmp$/;
const FOREIGN_MS = 24 * 3600 * 1000;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: somebody else's.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

let known: { readonly place: string; readonly start: number } | undefined;

/**
 * Process ids mean something within one boot and one pid namespace: containers that share a folder
 * number theirs alike, often all with 1.
 */
function self(): { readonly place: string; readonly start: number } {
  return (known ??= {
    place: createHash("sha256")
      .update([hostname(), bootId(), pidNamespace()].join("\n"))
      .digest("hex")
      .slice(0, 8),
    start: Math.round(performance.timeOrigin),
  });
}

const bootId = (): string => orNone(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
const pidNamespace = (): string => orNone(() => readlinkSync("/proc/self/ns/pid"));

/** Only Linux has them, and only Linux has containers. */
function orNone(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
