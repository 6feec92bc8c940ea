/**
 * A secret of this machine's user, kept apart from the cache: what is sealed with it was decided here,
 * and not by whoever else can hand over a cache folder.
 * @module
 */
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { readCacheFile, writeCacheFile } from "./folder.ts";

/** Where programs keep what belongs to a user on one machine; outside of the cache everywhere. */
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

/** The secret, if there is one that nobody else can read or write. */
export async function readSecret(file: string = secretFile()): Promise<string | undefined> {
  const text = await readCacheFile(file, isPrivate).catch(() => undefined);
  return text !== undefined && SECRET.test(text) ? text : undefined;
}

/** The secret, made when there is none. Undefined where it cannot be kept, as in a read-only home. */
export async function makeSecret(file: string = secretFile()): Promise<string | undefined> {
  const known = await readSecret(file);
  if (known !== undefined) return known;
  // Of two processes that come here at once the last one's stays.
  await writeCacheFile(file, randomBytes(32).toString("hex")).catch(() => {});
  return readSecret(file);
}

const SECRET = /^[0-9a-f]{64}$/;

function isPrivate({ uid, mode }: { readonly uid: number; readonly mode: number }): boolean {
  const me = process.geteuid?.();
  return me === undefined || (uid === me && (mode & 0o077) === 0);
}
