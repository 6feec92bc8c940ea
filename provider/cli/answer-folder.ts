import { createHash } from "node:crypto";
import { join } from "node:path";
import { readIfThere, writeWhole } from "../layer-cache/folder.ts";
import { tidyNotes } from "../layer-cache/tidy.ts";
import type { AnswerCache } from "../resolve/answer-cache.ts";

/** Answers in a folder, a file each. One that cannot be understood counts as not there. */
export function answersInFolder(folder: string): AnswerCache {
  let tidied: Promise<void> | undefined;
  const file = (key: string): string =>
    join(folder, createHash("sha256").update(key).digest("hex").slice(0, 40));
  return {
    async read(key) {
      const text = await readIfThere(file(key));
      try {
        return text === undefined ? undefined : JSON.parse(text);
      } catch {
        return undefined;
      }
    },
    async write(key, answer) {
      await (tidied ??= tidyNotes(folder));
      await writeWhole(file(key), JSON.stringify(answer));
    },
  };
}
