/** What programs take, children of theirs included: as the operating system counts it. @module */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { REPOSITORY } from "./source-files.ts";

export interface Usage {
  /** Seconds of all processors, user and system. */
  readonly cpu: number;
  /** Seconds that passed. */
  readonly wall: number;
  /** HTTP requests, where they were counted. */
  readonly requests?: number;
}

export interface NodeUsage extends Usage {
  /** Most bytes that were in memory at once. */
  readonly peak: number;
}

type Environment = Readonly<Record<string, string>>;

/** Runs a program, its output thrown away; throws what it said when it fails. */
export async function measure(
  [program, ...args]: readonly [string, ...string[]],
  env: Environment = {},
): Promise<Usage> {
  const started = performance.now();
  // POSIX: "times" prints the CPU time of the shell, then that of its children.
  const script = '"$@" >/dev/null || exit 1; times';
  const child = spawn("sh", ["-c", script, "sh", program, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const wall = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} failed\n${stderr}`);
  return { cpu: cpuOfChildren(stdout), wall };
}

/** The same of a program for this Node, with the peak of its memory. */
export async function measureNode(
  program: string,
  args: readonly string[],
  env: Environment = {},
): Promise<NodeUsage> {
  return withTempDir(async (folder) => {
    const file = join(folder, "peak");
    const reporter = join(REPOSITORY, "test/support/report-peak.js");
    const command = [process.execPath, "--import", reporter, program, ...args] as const;
    const usage = await measure(command, { ...env, LIX_IMAGE_PEAK_FILE: file });
    return { ...usage, peak: Number(await readFile(file, "utf8")) };
  });
}

/** `0m0.00s 0m0.00s`, a line for the shell and one for its children: user, system. */
function cpuOfChildren(times: string): number {
  const durations = [...times.matchAll(/(\d+)m([\d.]+)s/g)].slice(-2);
  if (durations.length < 2) throw new Error(`not the output of "times": ${times}`);
  return durations.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}
