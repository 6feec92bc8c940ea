/**
 * The folder of the local cache, and how files come into it: written under a temporary name, renamed
 * when whole, so that several processes can share it without a lock.
 * @module
 */
import { mkdir, open, rename, type FileHandle } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { LixImageError } from "../base/errors.ts";
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

/** The text of a small file, which counts as used now; undefined when there is none. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file);
    try {
      await touch(handle);
      return await handle.readFile("utf8");
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw new CacheUnusable(file, error);
  }
}

/** At most once a day; a folder that one may only read stays as it is. */
async function touch(handle: FileHandle): Promise<void> {
  const now = new Date();
  const { mtimeMs } = await handle.stat();
  if (now.getTime() - mtimeMs > DAY_MS) await handle.utimes(now, now).catch(() => {});
}

const DAY_MS = 24 * 3600 * 1000;

/** Writes a file whole or not at all. */
export async function writeWhole(file: string, contents: string | Uint8Array): Promise<void> {
  await placeFile(file, async (handle) => {
    await handle.writeFile(contents);
    return file;
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
    await mkdir(dirname(near), { recursive: true });
    const handle = await open(temporary, "wx");
    let target: string;
    try {
      target = await write(handle);
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    throw isSystemError(error) ? new CacheUnusable(near, error) : error;
  } finally {
    await removeTemporary(temporary);
  }
}

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

// Errors of the file system carry errno; those of zlib and the network do not come here.
const isSystemError = (error: unknown): boolean =>
  error instanceof Error && !(error instanceof LixImageError) && "errno" in error;

export class CacheUnusable extends LixImageError {
  readonly code = "CACHE_UNUSABLE";
  constructor(file: string, cause: unknown) {
    const full = isCode(cause, "ENOSPC") || isCode(cause, "EDQUOT");
    super(
      full
        ? `local cache: no space left on the disk of ${dirname(file)}`
        : `local cache: cannot use ${dirname(file)}`,
      {
        cause,
        hint: full
          ? "free some space, or point LIX_IMAGE_CACHE to a folder on a larger disk"
          : "point LIX_IMAGE_CACHE to a folder that this user may write",
      },
    );
  }
}
