/**
 * A secret of this machine's user, outside the cache. A verdict that is sealed with it was made here, and did
 * not come with a cache folder from somebody else.
 * @module
 */
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { readCacheFile, writeCacheFile } from "./folder.ts";

/** Where programs keep data of a user on one machine. No platform has it inside the cache. */
export function secretFile(env: NodeJS.ProcessEnv = process.env): string {
  return join(stateFolder(env), "secret");
}

function stateFolder(env: NodeJS.ProcessEnv): string {
  const home = homedir();
  if (process.platform === "darwin")
    return join(home, "Library", "Application Support", "pulumi-lix");
  if (process.platform === "win32")
    return join(env["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "pulumi-lix-state");
  // XDG Base Directory Specification 0.8
  return join(env["XDG_STATE_HOME"] || join(home, ".local", "state"), "pulumi-lix");
}

/** Returns the secret, if it exists and nobody else can read or write it. */
export async function readSecret(file: string = secretFile()): Promise<string | undefined> {
  const text = await readCacheFile(file, isPrivate).catch(() => undefined);
  return text !== undefined && SECRET.test(text) ? text : undefined;
}

/** Returns the secret, and makes one if needed. Undefined if it cannot be kept, as in a read-only home. */
export async function makeSecret(file: string = secretFile()): Promise<string | undefined> {
  const known = await readSecret(file);
  if (known !== undefined) return known;
  // If two processes come here at once, the secret of the last one stays.
  await writeCacheFile(file, randomBytes(32).toString("hex")).catch(() => {});
  return readSecret(file);
}

const SECRET = /^[0-9a-f]{64}$/;

function isPrivate({ uid, mode }: { readonly uid: number; readonly mode: number }): boolean {
  const me = process.geteuid?.();
  return me === undefined || (uid === me && (mode & 0o077) === 0);
}
