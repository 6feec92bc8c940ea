import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { removeAbandoned } from "../base/temporary.ts";

// A stack reads what it needs more often than that, or also has it in its state.
const UNUSED_MS = 90 * 24 * 3600 * 1000;

/**
 * Removes from a folder of small files what killed processes left, and what nobody has read for a long
 * time. Never fails: the folder can be used untidied.
 */
export async function tidyNotes(folder: string): Promise<void> {
  await removeAbandoned(folder);
  const limit = Date.now() - UNUSED_MS;
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < limit)
      await rm(path, { force: true }).catch(() => {});
  }
}
