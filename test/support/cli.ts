/** `lix-image` as its users run it: in a process of its own, with none of our environment. @module */
import { join } from "node:path";
import { COMPILE_CACHE } from "./compile-cache.ts";
import { startProgram, type Outcome, type RunningProgram } from "./run-program.ts";
import { REPOSITORY } from "./source-files.ts";

export interface CliOptions {
  /** `LIX_IMAGE_CACHE`. */
  readonly cache: string;
  /** Where the process runs, and its home: it finds no credentials of this machine there. */
  readonly directory: string;
  readonly env?: Readonly<Record<string, string>>;
  /** For node, before the program. */
  readonly nodeArgs?: readonly string[];
}

export type CliResult = Outcome;
export type RunningCli = RunningProgram;

const MAIN = join(REPOSITORY, "provider/cli/main.ts");

export const startCli = (argv: readonly string[], options: CliOptions): RunningCli =>
  startNode([MAIN, ...argv], options);

export const runCli = (argv: readonly string[], options: CliOptions): Promise<CliResult> =>
  startCli(argv, options).ended;

/** Another program of ours, in the same way. */
export function startNode(
  args: readonly string[],
  { cache, directory, env, nodeArgs = [] }: CliOptions,
): RunningProgram {
  return startProgram(process.execPath, [...nodeArgs, ...args], {
    cwd: directory,
    env: {
      PATH: process.env["PATH"],
      HOME: directory,
      LIX_IMAGE_CACHE: cache,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ...env,
    },
  });
}
