/**
 * Where a Pulumi engine is on this machine.
 * @module
 */
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, sep } from "node:path";
import { findProgram, pathFolders } from "./find-program.ts";

/**
 * The path of a `pulumi`: of PATH, of Pulumi's home, or the newest that the Automation API installed.
 * node_modules/.bin is left out: the npm package of that name is a downloader, not an engine.
 */
export function findEngine(): string | undefined {
  const home = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const path = pathFolders().filter((folder) => !folder.includes(`node_modules${sep}.bin`));
  const installed = versions(join(home, "versions")).map((version) =>
    join(home, "versions", version, "bin"),
  );
  return findProgram("pulumi", [...path, join(home, "bin"), ...installed]);
}

/** Newest first. */
function versions(folder: string): string[] {
  try {
    return readdirSync(folder).sort((a, b) => compareVersions(b, a));
  } catch {
    return [];
  }
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(/[.-]/).map(Number));
  for (const [at, number] of (left ?? []).entries()) {
    const difference = number - (right?.[at] ?? 0);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return 0;
}
