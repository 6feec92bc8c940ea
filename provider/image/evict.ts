/** Keeps the cache's blobs below a bound, the longest unused going first. @module */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Digest } from "../formats/oci/digest.ts";

/** How much a folder of blobs holds, or may hold. */
export interface Amount {
  readonly bytes: number;
  readonly files: number;
}

/** Beyond it, looking at all of them takes longer than making the small ones again. */
export const MOST_FILES = 20_000;
// What goes at once makes room for so much, so that a full cache is not looked through at each write.
const ROOM = 0.1;

/**
 * Removes the oldest blobs where there is more than `bound`, but none of `keep`, which this process
 * uses. Returns what may come before it is called again.
 */
export async function evict(
  folder: string,
  { bound, keep }: { readonly bound: Amount; readonly keep: ReadonlySet<Digest> },
): Promise<Amount> {
  const blobs = await filesIn(folder);
  const room = { bytes: bound.bytes * ROOM, files: bound.files * ROOM };
  let bytes = blobs.reduce((sum, file) => sum + file.size, 0);
  let files = blobs.length;
  if (bytes > bound.bytes || files > bound.files) {
    const kept = new Set([...keep].map(Digest.hex));
    for (const { name, size } of blobs.sort((a, b) => a.used - b.used)) {
      if (bytes <= bound.bytes - room.bytes && files <= bound.files - room.files) break;
      // Files that are not whole yet count, but it is not for us to remove them.
      if (kept.has(name) || name.endsWith(".tmp")) continue;
      // What cannot be removed is in nobody's way but the bound's.
      if (!(await isRemoved(join(folder, name)))) continue;
      bytes -= size;
      files -= 1;
    }
  }
  // Where all of it is in use there is no room, and looking again soon would not help.
  return {
    bytes: Math.max(bound.bytes - bytes, room.bytes),
    files: Math.max(bound.files - files, room.files),
  };
}

const isRemoved = (file: string): Promise<boolean> =>
  rm(file, { force: true }).then(
    () => true,
    () => false,
  );

async function filesIn(folder: string) {
  // Another process may have removed the folder as well.
  const names = await readdir(folder).catch(() => []);
  return Promise.all(
    names.map(async (name) => {
      // Another process may have removed it in between.
      const info = await stat(join(folder, name)).catch(() => undefined);
      return { name, size: info?.size ?? 0, used: info?.mtimeMs ?? 0 };
    }),
  );
}
