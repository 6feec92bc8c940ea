/** `lix-image lock`: makes, updates or checks a lock file. @module */
import { readFile, writeFile } from "node:fs/promises";
import { isCode } from "../../base/error-code.ts";
import { renderLines } from "../../base/errors.ts";
import { log } from "../../base/log.ts";
import { printableLines } from "../../base/printable.ts";
import { compareLocks } from "../../lock/compare-locks.ts";
import type { Lock } from "../../lock/lock.ts";
import { parseLock, readLock } from "../../lock/read-lock.ts";
import { verifyLock } from "../../lock/verify-lock.ts";
import { formatLock, writeLock } from "../../lock/write-lock.ts";
import type { LockArguments, ReportArguments } from "./arguments.ts";
import { openExport } from "./export.ts";
import { compareImages, type ImageDifference } from "./image-difference.ts";
import { lockReport, type LockDifference } from "./report.ts";
import { readRecord, writeRecord } from "./record.ts";
import { printJson, printLines } from "../print.ts";
import { resolveLock } from "./resolve-lock.ts";
import type { LockTiming } from "./package-source.ts";
import { lockMarkdown } from "./markdown.ts";
import { lixError } from "../../errors/lix-error.ts";

/** Returns the exit code. */
export async function makeLock(given: LockArguments, timing: LockTiming = {}): Promise<number> {
  const { mode, only, output } = given;
  const args =
    given.source.kind === "recorded" ? { ...(await readRecord(output)), mode, only } : given;
  const previous = only.length > 0 ? (await readLock(output)).lock : undefined;
  const exported = await openExport(args);
  const text = formatLock(await resolveLock(args, { previous, exported, timing }));
  // The text is read again, so that a lock that is written can be read later.
  const lock = parseLock(text, output);
  await verifyLock(lock, { file: output });
  const before = await readBefore(output);
  const changed = before.text !== text;
  if (mode !== "check") await exported?.write(lock);
  // Layers cannot be built from an export that is not written.
  const canPlan = mode === "update" || exported === undefined;
  const { report } = given;
  const image = changed && canPlan ? await imageOf(report, { output, before, lock }) : undefined;
  const difference: LockDifference = {
    ...{ file: output, changed, image },
    caches: { before: before.lock?.caches ?? [], after: lock.caches },
    systems: compareLocks(before.lock, lock),
  };
  if (mode !== "write") await say(difference, report);
  if (mode === "check") {
    const verdict = "is out of date: `lix-image lock --update` brings it up to date";
    log.info(`${output} ${changed ? verdict : "is up to date"}`);
    return changed ? OUT_OF_DATE : 0;
  }
  await replace(output, { before, text, lock });
  // A record that was read stays as it is, with its comments.
  if (given.source.kind !== "recorded") await writeRecord(args);
  return 0;
}

/** The exit code of --check; 1 and 2 are for failures. */
const OUT_OF_DATE = 3;

/** Undefined unless it is asked for, because it downloads what changes. */
async function imageOf(
  { markdown, image }: ReportArguments,
  { output: file, before, lock: after }: Pick<Replacement, "before" | "lock"> & { output: string },
): Promise<ImageDifference | undefined> {
  if (markdown === undefined && image === undefined) return undefined;
  return compareImages({ file, before: before.lock, after, image });
}

/** Writes the file for a pull request before the lock, so that a failure leaves the lock unchanged. */
async function say(difference: LockDifference, { json, markdown }: ReportArguments): Promise<void> {
  const lines = lockMarkdown(difference);
  if (markdown !== undefined) await writeMarkdown(markdown, lines);
  if (json) printJson(lockReport(difference));
  else if (lines.length > 0) printLines(lines);
}

async function writeMarkdown(file: string, lines: readonly string[]): Promise<void> {
  const text = lines.length > 0 ? lines : ["The lock is up to date."];
  await writeFile(file, `${printableLines(text)}\n`).catch((cause: unknown) => {
    throw lixError("REPORT_NOT_WRITTEN", { file }, { cause });
  });
}

interface Replacement {
  readonly before: Before;
  readonly text: string;
  readonly lock: Lock;
}

async function replace(file: string, { before, text, lock }: Replacement): Promise<void> {
  if (before.text !== text) await writeLock(file, text);
  const dropped = [...(before.lock?.systems.keys() ?? [])].filter(
    (system) => !lock.systems.has(system),
  );
  if (dropped.length > 0) log.warn(`${file} no longer has ${dropped.join(", ")}`);
  const verb =
    before.text === undefined ? "written" : before.text === text ? "unchanged" : "replaced";
  for (const system of lock.systems.values())
    log.info(
      `${file} ${verb}: ${system.system}, ${system.packages.size} packages, ` +
        `${system.paths.size} store paths${system.nixpkgs ? "" : ", no nixpkgs (set bundleNixpkgs: false)"}`,
    );
}

/** The lock that is replaced. */
interface Before {
  /** Undefined where there is none. */
  readonly text: string | undefined;
  /** Also undefined where it cannot be parsed, as with the conflict markers of a merge. */
  readonly lock: Lock | undefined;
}

async function readBefore(file: string): Promise<Before> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return { text: undefined, lock: undefined };
    throw lixError("LOCK_UNREADABLE", { file }, { cause: error });
  }
  try {
    return { text, lock: parseLock(text, file) };
  } catch (error) {
    log.warn([`${file} cannot be read, so everything counts as new:`, ...renderLines(error)]);
    return { text, lock: undefined };
  }
}
