import { dirname, join } from "node:path";
import { sha256Hex } from "../../base/sha256.ts";
import { readNote, writeNote } from "../../image/note.ts";
import { ownFolders } from "../../image/ownership.ts";
import { tidyNotes } from "../../image/tidy.ts";
import type { AnswerCache } from "../../resolve/answer-cache.ts";

/** Answers in a folder of the local cache, one file each. A file that cannot be trusted counts as missing. */
export function answersInFolder(folder: string): AnswerCache {
  let tidied: Promise<void> | undefined;
  const requireOwn = ownFolders(dirname(folder));
  const file = (key: string): string => join(folder, sha256Hex(key).slice(0, 40));
  return {
    async read(key) {
      await requireOwn(file(key));
      return readNote(file(key));
    },
    async write(key, answer) {
      await requireOwn(file(key));
      await (tidied ??= tidyNotes(folder));
      await writeNote(file(key), answer);
    },
  };
}
