import { join } from "node:path";
import { CACHE_FORMAT } from "./folder.ts";
import { readNote, writeNote } from "./note.ts";
import { ownFolders } from "./ownership.ts";
import { sealedVerdicts } from "./verdicts.ts";

export const UNCHANGED = "unchanged";

/**
 * Notes of the checks and diffs that found an image unchanged, in the folder of the local cache. Kept apart
 * from `LayerCache`, so that an operation that finds one loads little else. If the cache cannot be used, the
 * work that needs it reports that.
 */
export function unchangedNotes(folder: string) {
  const requireOwn = ownFolders(folder);
  const own = async (key: string): Promise<string> => {
    const file = join(folder, CACHE_FORMAT, UNCHANGED, key);
    await requireOwn(file);
    return file;
  };
  const notes = sealedVerdicts(
    {
      read: async (key) => readNote(await own(key)),
      write: async (key, note) => writeNote(await own(key), note),
    },
    "unchanged",
  );
  return {
    has: async (key: string | undefined): Promise<boolean> =>
      key !== undefined && (await notes.has(key).catch(() => false)),
    add: async (key: string | undefined): Promise<void> => {
      if (key !== undefined) await notes.add(key).catch(() => {});
    },
  };
}
