/**
 * The folder of the local cache, and how files get into it. A file is written under a temporary name and
 * then renamed, so that several processes can share the folder without a lock.
 * @module
 */
import type { Stats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { codeOf, isCode } from "../base/error-code.ts";
import { LixImageError } from "../base/errors.ts";
import { isSystemError } from "../base/file-unusable.ts";
import { lixError } from "../errors/lix-error.ts";
import { makeFolder } from "../base/make-folder.ts";
import { placeFile } from "../base/place-file.ts";
import { retry } from "../base/retry.ts";
import { RETRY } from "../base/retry-policy.ts";

// Raised when the meaning of a file changes: old folders are never misread, and users remove them.
export const CACHE_FORMAT = "v1";

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
 * Reads a small file, and marks it as used. Returns undefined if it does not exist, or `accept` refuses
 * it.
 */
export async function readCacheFile(
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
    // Root may have left an unreadable file behind; a new one replaces it.
    if (isCode(error, "ENOENT") || isCode(error, "EACCES")) return undefined;
    throw cacheUnusable(file, error);
  }
}

/** At most once a day. On a read-only folder it does nothing. */
async function touch(handle: FileHandle, { mtimeMs }: Stats): Promise<void> {
  const now = new Date();
  if (now.getTime() - mtimeMs > DAY_MS) await handle.utimes(now, now).catch(() => {});
}

const DAY_MS = 24 * 3600 * 1000;

/** Writes a file whole or not at all. */
export const writeCacheFile = (file: string, contents: string | Uint8Array): Promise<void> =>
  retry(RETRY.cacheFile, { signal: undefined }, () =>
    placeCacheFile(file, async (handle) => {
      await handle.writeFile(contents);
      return file;
    }),
  );

/**
 * Writes a file of the cache, and places it where `write` says. Throws {@link CacheVanished} if the folder is
 * removed meanwhile.
 */
export async function placeCacheFile(
  near: string,
  write: (handle: FileHandle) => Promise<string>,
): Promise<void> {
  try {
    await placeFile(near, async (temporary) => {
      const handle = await openNew(temporary);
      try {
        return await write(handle);
      } finally {
        await handle.close();
      }
    });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    // The folder was there, because we made it if it was not.
    const isGone = isCode(error, "ENOENT") && error.syscall !== "mkdir";
    throw isGone ? new CacheVanished(near, error) : cacheUnusable(near, error);
  }
}

async function openNew(file: string): Promise<FileHandle> {
  await makeFolder(dirname(file), OWNER_ONLY_FOLDER);
  return await open(file, "wx", OWNER_ONLY_FILE);
}

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;

export const cacheUnusable = (file: string, cause: unknown): LixImageError =>
  lixError("CACHE_UNUSABLE", { folder: dirname(file), code: codeOf(cause) }, { cause });

export class CacheVanished extends LixImageError {
  readonly code = "CACHE_VANISHED";
  override readonly retryable = "lost folder";
  constructor(file: string, cause: unknown) {
    super(`local cache: ${dirname(file)} was removed while a file was written there`, {
      cause,
      hint: "run again, and let nothing clean the folder of LIX_IMAGE_CACHE meanwhile",
    });
  }
}
