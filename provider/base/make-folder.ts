/** @module */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isCode } from "./error-code.ts";

/**
 * Makes a folder and those above it. Node's `recursive` never returns on a file system that has the
 * folder above but takes no new one, such as /proc (nodejs/node#31481).
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(folder, mode);
  } catch (error) {
    if (isCode(error, "EEXIST")) return await checkFolder(folder, error);
    if (!isCode(error, "ENOENT") || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder), mode);
    await mkdir(folder, mode).catch(async (again: unknown) => {
      if (!isCode(again, "EEXIST")) throw again;
      await checkFolder(folder, again);
    });
  }
}

async function checkFolder(path: string, error: unknown): Promise<void> {
  if (!(await stat(path)).isDirectory()) throw error;
}
