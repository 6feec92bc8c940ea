/** Keeps the blobs of the cache below a bound, by removing the least recently used ones. @module */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Digest } from "../formats/oci/digest.ts";

/** How much a folder of blobs holds, or may hold. */
export interface Amount {
  readonly bytes: number;
  readonly files: number;
}

/** With more files than this, looking at all of them takes longer than building the small ones again. */
export const MOST_FILES = 20_000;
// One eviction makes this much room, so that a full cache is not searched at every write.
const ROOM = 0.1;

/**
 * Removes the oldest blobs if there is more than `bound`, but none of `keep`, which this process uses.
 * Returns how much may be written before the next call.
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
      // Files that are still being written count, but we must not remove them.
      if (kept.has(name) || name.endsWith(".tmp")) continue;
      // A blob that cannot be removed only keeps the cache above the bound.
      if (!(await isRemoved(join(folder, name)))) continue;
      bytes -= size;
      files -= 1;
    }
  }
  // If all blobs are in use, there is no room, and searching again soon would not help.
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
  // Another process may have removed the folder.
  const names = await readdir(folder).catch(() => []);
  return Promise.all(
    names.map(async (name) => {
      // Another process may have removed the file in the meantime.
      const info = await stat(join(folder, name)).catch(() => undefined);
      return { name, size: info?.size ?? 0, used: info?.mtimeMs ?? 0 };
    }),
  );
}
