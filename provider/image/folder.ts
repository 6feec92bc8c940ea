/**
 * The folder of the local cache, and how files come into it: written under a temporary name, renamed
 * when whole, so that several processes can share it without a lock.
 * @module
 */
import type { Stats } from "node:fs";
import { mkdir, open, rename, type FileHandle } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { LixImageError } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";
import { removeTemporary, temporaryPath } from "../base/temporary.ts";

/** `LIX_IMAGE_CACHE`, else `pulumi-lix` in the platform's user cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env["LIX_IMAGE_CACHE"];
  if (chosen !== undefined && chosen !== "") return chosen;
  return join(userCacheFolder(env), "pulumi-lix");
}

function userCacheFolder(env: NodeJS.ProcessEnv): string {
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  if (process.platform === "win32")
    return env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local");
  return env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
}

/**
 * The text of a small file, which counts as used now; undefined when there is none, or none that
 * `accept` takes.
 */
export async function readIfThere(
  file: string,
  accept: (found: Stats) => boolean = () => true,
): Promise<string | undefined> {
  try {
    const handle = await open(file);
    try {
      const found = await handle.stat();
      if (!accept(found)) return undefined;
      await touch(handle, found);
      return await handle.readFile("utf8");
    } finally {
      await handle.close();
    }
  } catch (error) {
    // A file that another user left unreadable, as root may, is replaced by a new one.
    if (isCode(error, "ENOENT") || isCode(error, "EACCES")) return undefined;
    throw cacheUnusable(file, error);
  }
}

/** At most once a day; a folder that one may only read stays as it is. */
async function touch(handle: FileHandle, { mtimeMs }: Stats): Promise<void> {
  const now = new Date();
  if (now.getTime() - mtimeMs > DAY_MS) await handle.utimes(now, now).catch(() => {});
}

const DAY_MS = 24 * 3600 * 1000;

/** Writes a file whole or not at all. */
export async function writeWhole(file: string, contents: string | Uint8Array): Promise<void> {
  const write = (): Promise<void> =>
    placeFile(file, async (handle) => {
      await handle.writeFile(contents);
      return file;
    });
  await write().catch(async (error: unknown) => {
    if (!(error instanceof CacheVanished)) throw error;
    await write();
  });
}

/**
 * Lends a temporary file beside `near`; what `write` returns is where it goes. Nothing is left behind
 * when `write` throws.
 */
export async function placeFile(
  near: string,
  write: (handle: FileHandle) => Promise<string>,
): Promise<void> {
  const temporary = temporaryPath(near);
  try {
    const handle = await openNew(temporary);
    let target: string;
    try {
      target = await write(handle);
    } finally {
      await handle.close();
    }
    await rename(temporary, target).catch((error: unknown) => {
      throw isCode(error, "ENOENT") ? new CacheVanished(near, error) : error;
    });
  } catch (error) {
    throw isSystemError(error) ? cacheUnusable(near, error) : error;
  } finally {
    await removeTemporary(temporary);
  }
}

/** Another process may remove the folder as soon as it is made, so it is made a second time. */
async function openNew(file: string): Promise<FileHandle> {
  await makeFolder(dirname(file));
  try {
    return await open(file, "wx", OWNER_ONLY_FILE);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
    await makeFolder(dirname(file));
    return await open(file, "wx", OWNER_ONLY_FILE);
  }
}

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;

/**
 * Makes a folder and those above it, for this user alone. Node's `recursive` tries for ever where a
 * file system has the folder above but takes no new one, as /proc does (nodejs/node#31481).
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, OWNER_ONLY_FOLDER);
  } catch (error) {
    if (isCode(error, "EEXIST")) return;
    if (!isCode(error, "ENOENT") || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder, OWNER_ONLY_FOLDER).catch((again: unknown) => {
      if (!isCode(again, "EEXIST")) throw again;
    });
  }
}

export const isCode = (error: unknown, code: string): boolean => codeOf(error) === code;

// Errors of the file system carry errno; those of zlib and the network do not come here.
export const isSystemError = (error: unknown): boolean =>
  error instanceof Error && !(error instanceof LixImageError) && "errno" in error;

export const cacheUnusable = (file: string, cause: unknown): LixImageError =>
  lixError("CACHE_UNUSABLE", { folder: dirname(file), code: codeOf(cause) }, { cause });

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined;

export class CacheVanished extends LixImageError {
  readonly code = "CACHE_VANISHED";
  constructor(file: string, cause: unknown) {
    super(`local cache: ${dirname(file)} was removed while a file was written there`, {
      cause,
      hint: "run again, and let nothing clean the folder of LIX_IMAGE_CACHE meanwhile",
    });
  }
}
