import { globSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of this repository, absolute. */
export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Files that people write and read, relative to the root, with `/`. */
export function sourceFiles(...folders: readonly string[]): string[] {
  return globSync(
    folders.map((folder) => `${folder}/**/*.{ts,js,cjs}`),
    { cwd: REPOSITORY, exclude: (path) => path.includes("node_modules") },
  )
    .map((path) => path.split(sep).join("/"))
    .sort();
}
