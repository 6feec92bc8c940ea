/** `lix-image lock`: from named packages to a lock file. @module */
import { readFile } from "node:fs/promises";
import { log } from "../base/log.ts";
import { compareLocks } from "../lock/compare-locks.ts";
import type { Lock } from "../lock/lock.ts";
import { parseLock, readLock } from "../lock/read.ts";
import { verifyLock } from "../lock/verify.ts";
import { formatLock, writeLock } from "../lock/write.ts";
import { parseLockArguments, type LockArguments } from "./lock-arguments.ts";
import { openExport } from "./lock-export.ts";
import { LOCK_HELP } from "./lock-help.ts";
import { readRecord, writeRecord } from "./lock-record.ts";
import { printLines } from "./print.ts";
import { resolveLock } from "./lock-resolve.ts";
import type { LockTiming } from "./lock-source.ts";
import { lockTable } from "./lock-table.ts";

/** Returns the exit code; throws UsageError for a wrong command line. */
export async function lockCommand(
  argv: readonly string[],
  timing: LockTiming = {},
): Promise<number> {
  const given = parseLockArguments(argv);
  if (given.help) {
    process.stdout.write(LOCK_HELP);
    return 0;
  }
  const { mode, only, output } = given;
  const args =
    given.source.kind === "recorded" ? { ...(await readRecord(output)), mode, only } : given;
  const previous = only.length > 0 ? (await readLock(output)).lock : undefined;
  const exported = await openExport(args);
  const text = formatLock(await resolveLock(args, { previous, exported, timing }));
  // What is written can be read: the reader is the judge, as it will be later.
  const lock = parseLock(text, output);
  await verifyLock(lock, { file: output });
  if (mode === "check") return check(args, text, lock);
  await exported?.write(lock);
  await replace(args, text, lock);
  // What was read from the record may be commented there.
  if (given.source.kind !== "recorded") await writeRecord(args);
  return 0;
}

/** 1 when the lock would be another one. Writes nothing. */
async function check(args: LockArguments, text: string, lock: Lock): Promise<number> {
  const before = await readIfThere(args.output);
  if (before === text) {
    log.info(`${args.output} is up to date`);
    return 0;
  }
  printTable(before, lock, args.output);
  log.info(`${args.output} is out of date: \`lix-image lock --update\` makes it anew`);
  return 1;
}

async function replace(args: LockArguments, text: string, lock: Lock): Promise<void> {
  const file = args.output;
  const before = await readIfThere(file);
  if (before !== text) await writeLock(file, text);
  if (args.mode === "update") printTable(before, lock, file);
  const dropped = [...(parsed(before, file)?.systems.keys() ?? [])].filter(
    (system) => !lock.systems.has(system),
  );
  if (dropped.length > 0) log.warn(`${file} had ${dropped.join(", ")} too; now it has not`);
  const verb = before === undefined ? "written" : before === text ? "unchanged" : "replaced";
  for (const system of lock.systems.values())
    log.info(
      `${file} ${verb}: ${system.system}, ${system.packages.size} packages, ` +
        `${system.paths.size} store paths${system.nixpkgs ? "" : ", no nixpkgs (set bundleNixpkgs: false)"}`,
    );
}

function printTable(before: string | undefined, lock: Lock, file: string): void {
  const lines = compareLocks(parsed(before, file), lock).flatMap(lockTable);
  if (lines.length > 0) printLines(lines);
}

const readIfThere = (file: string): Promise<string | undefined> =>
  readFile(file, "utf8").catch(() => undefined);

/** A lock that is about to go; one that cannot be read has nothing to lose. */
function parsed(text: string | undefined, file: string): Lock | undefined {
  try {
    return text === undefined ? undefined : parseLock(text, file);
  } catch {
    return undefined;
  }
}
