/** `lix-image` as its users run it: a process of its own, with nothing of ours in its environment. @module */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { COMPILE_CACHE } from "./compile-cache.ts";
import { REPOSITORY } from "./source-files.ts";

export interface CliOptions {
  /** `LIX_IMAGE_CACHE`. */
  readonly cache: string;
  /** Where the process runs, and its home: no credentials of this machine are found there. */
  readonly directory: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CliResult {
  /** null: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
}

const MAIN = join(REPOSITORY, "provider/cli/main.ts");

export function startCli(argv: readonly string[], options: CliOptions): RunningCli {
  const { cache, directory } = options;
  const child = spawn(process.execPath, [MAIN, ...argv], {
    cwd: directory,
    env: {
      PATH: process.env["PATH"],
      HOME: directory,
      LIX_IMAGE_CACHE: cache,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const ended = Promise.all([code, text(child.stdout), text(child.stderr)]);
  return { child, ended: ended.then(([code, stdout, stderr]) => ({ code, stdout, stderr })) };
}

export const runCli = (argv: readonly string[], options: CliOptions): Promise<CliResult> =>
  startCli(argv, options).ended;
