/** Files that appear whole or not at all. @module */
import { rename } from "node:fs/promises";
import { removeTemporary, temporaryPath } from "./temporary.ts";

/**
 * Lends a temporary path beside `near`, and renames what `write` puts there to the path that it returns.
 * Nothing is left behind if `write` throws.
 */
export async function placeFile(
  near: string,
  write: (temporary: string) => Promise<string>,
): Promise<void> {
  const temporary = temporaryPath(near);
  try {
    await rename(temporary, await write(temporary));
  } finally {
    await removeTemporary(temporary);
  }
}

/** The same where the file's name is known beforehand: readers see the old file or the new one. */
export const replaceFile = (
  file: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> =>
  placeFile(file, async (temporary) => {
    await write(temporary);
    return file;
  });
