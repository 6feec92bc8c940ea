/** A disk that is soon full, for one process at a time: a tmpfs in a mount namespace of its own. @module */
import { execFile, spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";

/** Root needs no user namespace, and others may have one. */
const UNSHARE = process.getuid?.() === 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"];

/** Why there can be none on this machine; undefined where there can. */
export async function whyNoSmallDisk(): Promise<string | undefined> {
  try {
    const script = "mount -t tmpfs -o size=64k tmpfs /mnt";
    await promisify(execFile)("unshare", [...UNSHARE, "sh", "-c", script]);
    return undefined;
  } catch (error) {
    return `NOT TESTED: no tmpfs can be mounted here: ${String(error)}`;
  }
}

export interface OnSmallDisk {
  readonly code: number;
  readonly stderr: string;
  /** All that was on the disk when the first run had ended. */
  readonly left: readonly string[];
  /** The second run's, after the disk had grown. */
  readonly retry: { readonly code: number; readonly stderr: string };
}

/** Runs the command where `disk` has so many kilobytes, then again where it has 64 MB. */
export async function onSmallDisk(
  command: readonly string[],
  where: { readonly disk: string; readonly kilobytes: number; readonly folder: string },
  env: Readonly<Record<string, string>>,
): Promise<OnSmallDisk> {
  const { disk, folder, kilobytes } = where;
  await mkdir(disk, { recursive: true });
  const notes = join(folder, "notes");
  await mkdir(notes, { recursive: true });
  const script = `set -u
    mount -t tmpfs -o size=${kilobytes}k,mode=0700 tmpfs "$DISK" || exit 1
    "$@" 2>"$NOTES/first"; echo $? >"$NOTES/code"
    find "$DISK" -mindepth 1 >"$NOTES/left"
    mount -o remount,size=64m "$DISK" || exit 1
    "$@" 2>"$NOTES/second"; echo $? >"$NOTES/again"`;
  const child = spawn("unshare", [...UNSHARE, "sh", "-c", script, "sh", ...command], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, ...env, DISK: disk, NOTES: notes },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const [said, code] = await Promise.all([text(child.stderr), ended]);
  if (code !== 0) throw new Error(`the small disk failed: ${said}`);
  const read = (name: string): Promise<string> => readFile(join(notes, name), "utf8");
  return {
    code: Number(await read("code")),
    stderr: await read("first"),
    left: (await read("left")).split("\n").filter((line) => line !== ""),
    retry: { code: Number(await read("again")), stderr: await read("second") },
  };
}
