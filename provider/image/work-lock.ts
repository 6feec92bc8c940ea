/**
 * Lets one process do a piece of work while the others wait for its result. The lock only saves work: if
 * two processes hold it, or none can be made, the work is done twice, with the same result.
 *
 * A lock is a file that its owner rewrites every second, because Node has no flock, and no flock works
 * over NFS, containers and Windows alike. The owner counts as dead if its process is gone, provided that
 * we can see it, or if the file has not changed for some seconds by the clock of the process that waits:
 * the clocks of two machines are never compared.
 * @module
 */
import { randomBytes } from "node:crypto";
import { link, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  forgetTemporary,
  noteTemporary,
  removeTemporary,
  temporaryPath,
} from "../base/temporary.ts";
import { hasEnded, thisProcess, type ProcessIdentity } from "../base/this-process.ts";
import { RETRY, TIME_LIMIT } from "../base/retry-policy.ts";
import { isCode } from "../base/error-code.ts";
import { makeFolder } from "../base/make-folder.ts";

export interface WorkLockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called at once, and again from time to time during the wait. */
  readonly onWait: (owner: string) => void;
  /** How long a lock may stay unchanged. */
  readonly deadAfterMs?: number;
}

/** Holds the lock while `use` runs. An abort ends the wait, not the work. */
export async function withWorkLock<T>(
  file: string,
  options: WorkLockOptions,
  use: () => Promise<T>,
): Promise<T> {
  const lock = await acquire(file, options);
  try {
    return await use();
  } finally {
    await lock?.release();
  }
}

const BEAT_MS = 1_000;
// The first line may be dropped, because a line of progress came just before.
const TELL_SOON_MS = 1_500;
const TELL_EVERY_MS = 5_000;

/** Undefined if no lock can be made, as in a read-only cache. */
async function acquire(
  file: string,
  { signal, onWait, deadAfterMs = TIME_LIMIT.workLock.ms }: WorkLockOptions,
): Promise<WorkLock | undefined> {
  let before = "";
  let unchangedMs = 0;
  let waitedMs = 0;
  let tellAtMs = 0;
  const longestPause = TIME_LIMIT.workLockPause.ms;
  for (
    let pause: number = RETRY.workLock.firstPauseMs;
    ;
    pause = Math.min(pause * 1.5, longestPause)
  ) {
    signal?.throwIfAborted();
    const made = await WorkLock.make(file);
    if (made !== "held by another") return made;
    const text = await readIfThere(file);
    if (text === undefined) continue;
    unchangedMs = text === before ? unchangedMs + pause : 0;
    before = text;
    const owner = parseOwner(text);
    if (unchangedMs > deadAfterMs || (owner !== undefined && hasEnded(owner) === true)) {
      if (!(await removeLockOf(file, text))) return undefined;
      continue;
    }
    if (owner !== undefined && waitedMs >= tellAtMs) {
      tellAtMs = tellAtMs === 0 ? TELL_SOON_MS : waitedMs + TELL_EVERY_MS;
      onWait(nameOf(owner));
    }
    waitedMs += pause;
    await sleep(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
}

/** A lock that this process holds. */
class WorkLock {
  readonly #file: string;
  readonly #owner: string;
  readonly #timer: NodeJS.Timeout;
  #beats = 0;
  #beating: Promise<void> = Promise.resolve();

  private constructor(file: string, owner: string) {
    this.#file = file;
    this.#owner = owner;
    this.#timer = setInterval(() => {
      this.#beating = this.#beating.then(() => this.#beat());
    }, BEAT_MS);
    this.#timer.unref();
  }

  static async make(file: string): Promise<WorkLock | "held by another" | undefined> {
    const { place, pid, start } = thisProcess();
    const token = randomBytes(6).toString("hex");
    const host = hostname().replace(/[^\w.-]/g, "_");
    const owner = `${place} ${pid} ${start} ${token} ${host}\n`;
    let isMade = false;
    try {
      await makeFolder(dirname(file));
      const handle = await open(file, "wx", 0o600);
      isMade = true;
      noteTemporary(file);
      try {
        await handle.writeFile(owner);
      } finally {
        await handle.close();
      }
      return new WorkLock(file, owner);
    } catch (error) {
      if (isCode(error, "EEXIST")) return "held by another";
      if (isMade) await removeTemporary(file);
      return undefined;
    }
  }

  async #beat(): Promise<void> {
    if (!(await this.#isOurs())) return;
    this.#beats += 1;
    // Must not create the file: somebody may have removed it in the meantime.
    await writeFile(this.#file, `${this.#owner}${this.#beats}\n`, { flag: "r+" }).catch(() => {});
  }

  /** A process that took us for dead may hold the lock now; then we must not remove it. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    if (await this.#isOurs()) await removeTemporary(this.#file);
    else forgetTemporary(this.#file);
  }

  async #isOurs(): Promise<boolean> {
    const text = await readFile(this.#file, "utf8").catch(() => "");
    return text.startsWith(this.#owner);
  }
}

interface Owner extends ProcessIdentity {
  /** Of this one lock. */
  readonly token: string;
  readonly host: string;
}

const LOCK = /^([0-9a-f]{8}) (\d+) (\d+) ([0-9a-f]{12}) ([\w.-]*)\n/;

/** Undefined if the lock is not written yet, or not in our form: then only its changes count. */
function parseOwner(text: string): Owner | undefined {
  const [, place, pid, start, token, host] = LOCK.exec(text) ?? [];
  if (place === undefined || token === undefined || host === undefined) return undefined;
  return { place, pid: Number(pid), start: Number(start), token, host };
}

const nameOf = ({ pid, place, host }: Owner): string =>
  place === thisProcess().place ? `process ${pid}` : `process ${pid} on ${host}`;

/**
 * Removes a dead owner's lock. Returns whether it is gone. The lock is moved away first: otherwise, if two
 * processes found the same dead owner, one could remove the new lock of the other.
 */
async function removeLockOf(file: string, text: string): Promise<boolean> {
  const moved = temporaryPath(file);
  try {
    await rename(file, moved);
    if ((await readIfThere(moved)) !== text) await link(moved, file).catch(() => {});
    return true;
  } catch (error) {
    return isCode(error, "ENOENT");
  } finally {
    await removeTemporary(moved);
  }
}

/** An unreadable lock counts as empty: it has no owner that we know, and never changes. */
async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    return isCode(error, "ENOENT") ? undefined : "";
  }
}

/** Removes the locks that killed processes left in a folder. Never fails. */
export async function removeDeadLocks(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    const text = await readFile(file, "utf8").catch(() => "");
    const owner = parseOwner(text);
    const ended = owner === undefined ? "unknown" : hasEnded(owner);
    if (ended === true || (ended === "unknown" && (await isOld(file))))
      await rm(file, { force: true }).catch(() => {});
  }
}

/** Compares our clock with the file server's, so it is only rough. */
async function isOld(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > DAY_MS;
}

const DAY_MS = 24 * 3600 * 1000;
