import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The folders of PATH, in order. */
export const pathFolders = (): string[] =>
  (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");

/** The first of the folders' files of that name that can be run. */
export function findProgram(name: string, folders: readonly string[]): string | undefined {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  return folders.map((folder) => join(folder, file)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
