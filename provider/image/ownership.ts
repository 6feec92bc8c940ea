/**
 * Who may write to the cache. Its notes decide what an image holds, so we do not use a folder that somebody
 * else can write to. Windows has no such modes: there, the folders of a profile belong to its user.
 * @module
 */
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { lixError } from "../errors/lix-error.ts";
import { isMissing } from "../base/error-code.ts";
import { cacheUnusable } from "./folder.ts";

/** What `stat` says about a file or a folder. */
export interface Ownership {
  readonly uid: number;
  readonly mode: number;
}

const OTHERS_MAY_WRITE = 0o022;
const STICKY = 0o1000;

/** Why other users can change this file or folder; undefined if only this user and root can. */
export function whoElseWrites(
  { uid, mode }: Ownership,
  me: number | undefined = process.geteuid?.(),
): string | undefined {
  if (me === undefined) return undefined;
  if (uid !== me && uid !== 0) return `belongs to user ${uid}, and this process is user ${me}`;
  if ((mode & OTHERS_MAY_WRITE) === 0) return undefined;
  return `may be written by other users (mode ${(mode & 0o7777).toString(8)})`;
}

/** Throws if others may write to a folder on the way from `root` to the file. */
export type RequireOwn = (file: string) => Promise<void>;

/** Each folder is checked once, as soon as it exists. A link counts as its target. */
export function ownFolders(root: string): RequireOwn {
  const own = new Set<string>();
  return async (file) => {
    for (const folder of foldersBetween(root, dirname(file))) {
      if (own.has(folder)) continue;
      const found = await statIfThere(folder);
      if (found === undefined) return;
      requireOwn(folder, found, folder === root);
      own.add(folder);
    }
  };
}

function requireOwn(folder: string, found: Ownership, isRoot: boolean): void {
  const reason = whoElseWrites(found);
  if (reason === undefined) return;
  // In a sticky folder such as /tmp, others cannot replace our folders, and those are checked themselves.
  const isShared = isRoot && (found.mode & STICKY) !== 0;
  if (isShared && whoElseWrites({ ...found, mode: 0 }) === undefined) return;
  throw lixError("CACHE_UNSAFE", { folder, reason });
}

/** The outermost folder first. */
function foldersBetween(root: string, folder: string): string[] {
  const folders = [folder];
  for (let at = folder; at !== root && at !== dirname(at); at = dirname(at))
    folders.unshift(dirname(at));
  return folders;
}

async function statIfThere(folder: string): Promise<Ownership | undefined> {
  try {
    return await stat(folder);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw cacheUnusable(folder, error);
  }
}
