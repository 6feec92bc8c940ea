import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { removeAbandoned } from "../base/temporary.ts";

// What a stack still needs is read more often, or is in its state besides.
const UNUSED_MS = 90 * 24 * 3600 * 1000;

/**
 * Of a folder of small files, removes what killed processes left and what nobody has read for long.
 * Never fails: what cannot be tidied can still be used.
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
