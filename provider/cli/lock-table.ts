/** What a new lock changes, as Markdown: it reads well in a terminal and in a pull request. @module */
import { formatBytes } from "../base/format-bytes.ts";
import type { Change, PackageDifference, SystemDifference } from "../lock/compare-locks.ts";
import type { LockedPackage } from "../lock/lock.ts";
import { StorePath } from "../nix/store-path.ts";

/** No lines for a system that stays as it is. */
export function lockTable(difference: SystemDifference): string[] {
  const { packages, nixpkgs, newPaths, gonePaths, size } = difference;
  const rows = packages.map(packageRow);
  if (nixpkgs.before !== nixpkgs.after)
    rows.unshift(["nixpkgs", baseName(nixpkgs.before), baseName(nixpkgs.after), ""]);
  if (rows.length + newPaths.length + gonePaths.length === 0) return [];
  return [
    `### ${difference.system}`,
    "",
    ...(rows.length > 0 ? [...table([HEAD, ...rows]), ""] : []),
    `Closure: ${formatBytes(size.before)} → ${formatBytes(size.after)} (${signed(size)}); ` +
      `${newPaths.length} store paths are new, ${gonePaths.length} are gone`,
    ...(newPaths.length > 0 ? ["", "New:", ...newPaths.map((path) => `- ${baseName(path)}`)] : []),
    "",
  ];
}

const HEAD = ["package", "before", "after", "closure"];

function packageRow(one: PackageDifference): string[] {
  const { before, after } = one.package;
  const rebuilt = before !== undefined && before.name === after?.name;
  return [
    one.attribute,
    versionOf(before),
    rebuilt ? `${versionOf(after)}, rebuilt` : versionOf(after),
    signed(one.closureSize),
  ];
}

const versionOf = (locked: LockedPackage | undefined): string =>
  locked === undefined ? "–" : (locked.version ?? locked.name);

const baseName = (path: StorePath | undefined): string =>
  path === undefined ? "–" : StorePath.baseName(path);

function signed({ before, after }: Change<number>): string {
  const sign = after < before ? "−" : "+";
  return after === before ? "0 B" : `${sign}${formatBytes(Math.abs(after - before))}`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill = " "): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width, fill)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line([], "-"), ...body.map((row) => line(row))];
}
