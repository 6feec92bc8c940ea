/** @module */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isCode } from "./error-code.ts";

/**
 * Makes a folder and those above it. Node's `recursive` never returns on a file system that has the
 * folder above but takes no new one, such as /proc (nodejs/node#31481).
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await mkdir(folder, mode);
      return;
    } catch (error) {
      if (await isFolder(folder)) return;
      if (!isCode(error, "ENOENT", "EEXIST") || dirname(folder) === folder || tried === TRIES)
        throw error;
    }
    await makeFolder(dirname(folder), mode);
  }
}

/** Another process may remove what is there, or what we made, at any moment. */
const TRIES = 4;

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
