import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeAbandoned, removeTemporary, temporaryPath } from "./temporary.ts";

const NAME = "lix-image";
let tidied: Promise<void> | undefined;

/**
 * Lends a directory for the length of `use`; callers cannot forget to clean up. What killed processes
 * left is removed by the next one that needs a directory.
 */
export async function withTempDir<T>(use: (dir: string) => Promise<T>): Promise<T> {
  await (tidied ??= removeAbandoned(tmpdir(), `${NAME}.`));
  // Noted before it is made, so that a signal in between leaves nothing.
  const dir = temporaryPath(join(tmpdir(), NAME));
  mkdirSync(dir, { mode: 0o700 });
  try {
    return await use(dir);
  } finally {
    await removeTemporary(dir);
  }
}
