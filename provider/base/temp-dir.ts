import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileUnusable, isSystemError } from "./file-unusable.ts";
import { noteTemporary, removeTemporary } from "./temporary.ts";

/** Lends a directory for the length of `use`; callers cannot forget to clean up. */
export async function withTempDir<T>(use: (dir: string) => Promise<T>): Promise<T> {
  // At once: between its making and its note no signal may come.
  const dir = noteTemporary(makeTempDir());
  try {
    return await use(dir);
  } finally {
    await removeTemporary(dir);
  }
}

function makeTempDir(): string {
  const prefix = join(tmpdir(), "lix-image-");
  try {
    return mkdtempSync(prefix);
  } catch (error) {
    throw isSystemError(error) ? new FileUnusable(error, `${prefix}…`) : error;
  }
}
