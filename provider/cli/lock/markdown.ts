/** What a new lock changes, as Markdown: it reads well in a terminal and in a pull request. @module */
import { relative } from "node:path";
import { formatBytes } from "../../base/format-bytes.ts";
import {
  isSameSystem,
  sameContents,
  type Change,
  type PackageDifference,
  type SystemDifference,
} from "../../lock/compare-locks.ts";
import type { LockedPackage } from "../../lock/lock.ts";
import { StorePath } from "../../formats/nix/store-path.ts";
import type { ImageDifference } from "./image-difference.ts";
import { kindOf, LockDifference } from "./report.ts";

/** GitHub refuses the body of a pull request that has more than 65536 characters. */
const LENGTH_LIMIT = 60_000;

/** No lines when the lock stays as it is. */
export function lockMarkdown(difference: LockDifference): string[] {
  if (!difference.changed) return [];
  const systems = difference.systems.filter((one) => !isSameSystem(one));
  const limit = LENGTH_LIMIT / Math.max(1, systems.length);
  const lines = [
    ...(LockDifference.hasOtherCaches(difference) ? cacheLines(difference.caches) : []),
    ...systems.flatMap((one) => systemLines(one, limit)),
    ...(difference.image === undefined ? [] : imageLines(difference.image)),
  ];
  return lines.length > 0 ? lines : ["Only the formatting of the file changes."];
}

function systemLines(difference: SystemDifference, limit: number): string[] {
  const { packages, nixpkgs, newPaths, gonePaths, changedPaths, size } = difference;
  const rows = packages.filter(hasOtherContents).map(packageRow);
  if (nixpkgs.before !== nixpkgs.after)
    rows.unshift(["nixpkgs", baseName(nixpkgs.before), baseName(nixpkgs.after), ""]);
  const shown = rows.length === 0 ? [] : [...fitting(table([HEAD, ...rows]), limit / 2), ""];
  return [
    `### ${difference.system}`,
    "",
    ...shown,
    ...metadataLines(packages, limit / 10),
    `Closure: ${formatBytes(size.before)} → ${formatBytes(size.after)} (${signed(size)}); ` +
      `${newPaths.length} store paths are new, ${gonePaths.length} are gone`,
    "",
    ...pathList("New:", newPaths, limit / 5),
    ...pathList(
      "Unchanged, with a different signature, source or download size:",
      changedPaths,
      limit / 5,
    ),
  ];
}

const hasOtherContents = ({ package: { before, after } }: PackageDifference): boolean =>
  before === undefined || after === undefined || !sameContents(before, after);

/** Licenses that changed, and how many packages have other metadata; that of new packages is no change. */
function metadataLines(packages: readonly PackageDifference[], limit: number): string[] {
  const licenses: string[] = [];
  let others = 0;
  for (const { attribute, package: change } of packages) {
    const [before, after] = [change.before, change.after];
    if (before === undefined || after === undefined) continue;
    if (before.license !== undefined && before.license !== after.license)
      licenses.push(
        `- ${plain(attribute)}: ${plain(before.license)} → ${plain(after.license ?? "–")}`,
      );
    else if (sameContents(before, after)) others += 1;
  }
  return [
    ...(licenses.length === 0 ? [] : ["Licenses:", ...fitting(licenses, limit), ""]),
    ...(others === 0 ? [] : [`Packages with a new license, homepage or identifier: ${others}`, ""]),
  ];
}

const pathList = (title: string, paths: readonly StorePath[], limit: number): string[] =>
  paths.length === 0
    ? []
    : [
        title,
        ...fitting(
          paths.map((path) => `- ${baseName(path)}`),
          limit,
        ),
        "",
      ];

const HEAD = ["package", "before", "after", "closure"];

function packageRow({ attribute, package: change, closureSize }: PackageDifference): string[] {
  const { before, after } = change;
  const kind = kindOf(before, after);
  const note = kind === "rebuilt" || kind === "changed" ? `, ${kind}` : "";
  return [attribute, versionOf(before), `${versionOf(after)}${note}`, signed(closureSize)];
}

function cacheLines({ before, after }: LockDifference["caches"]): string[] {
  const text = (caches: LockDifference["caches"]["after"]): string[] =>
    caches.map(({ url, trustedPublicKeys }) => `${url} ${trustedPublicKeys.join(" ")}`.trimEnd());
  const [old, now] = [text(before), text(after)];
  const gone = old.filter((each) => !now.includes(each)).map((each) => `- no longer ${code(each)}`);
  const added = now.filter((each) => !old.includes(each)).map((each) => `- now ${code(each)}`);
  const lines = [...gone, ...added];
  return ["### Caches", "", ...(lines.length > 0 ? lines : ["- in a different order"]), ""];
}

function imageLines(image: ImageDifference): string[] {
  const { layers, newLayers, goneLayers } = image;
  const subject =
    image.arguments === undefined
      ? "an image with all packages of the lock and default arguments"
      : `the image of ${code(relative(process.cwd(), image.arguments))}`;
  const kept = layers.after - newLayers.length;
  const counts =
    layers.before === undefined
      ? `all ${layers.after} are new`
      : `${newLayers.length} of ${layers.after} are new, ${kept} stay, ${goneLayers} are gone`;
  const than = layers.before === undefined ? "" : " to a registry that has the previous image";
  return [
    "### Layers",
    "",
    `In ${subject} for ${image.platforms.join(", ")}: ${counts}; ${formatBytes(image.pushSize)} to push${than}.`,
    "",
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
  const cells = rows.map((row) => row.map(plain));
  const widths = HEAD.map((_, column) =>
    cells.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  const line = (row: readonly string[], fill = " "): string =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width, fill)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  return [line(head), line([], "-"), ...body.map((row) => line(row))];
}

/** As many lines as fit, then the number of those left out. */
function fitting(lines: readonly string[], limit: number): string[] {
  let length = 0;
  const count = lines.findIndex((line) => (length += line.length + 1) > limit);
  if (count === -1) return [...lines];
  return [...lines.slice(0, count), "", `… and ${lines.length - count} more`];
}

/**
 * A version or an attribute that others chose cannot end a cell, open a tag or a link, or notify a user by
 * `@name`: it is shown as code unless it holds only the characters of a name.
 */
const plain = (text: string): string =>
  /^[\w.+?=–, -]*$/.test(text) ? text : code(text).replaceAll("|", "\\|");

const code = (text: string): string => `\`${text.replace(/[`\s]+/g, " ")}\``;
