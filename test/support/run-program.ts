/** Programs in processes of their own, with all that they print. @module */
import { spawn, type ChildProcess } from "node:child_process";
import { text } from "node:stream/consumers";

export interface ProgramOptions {
  readonly cwd: string;
  /** All of it: nothing of this process's environment is added. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Outcome {
  /** null: a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProgram {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

export function startProgram(
  program: string,
  args: readonly string[],
  { cwd, env }: ProgramOptions,
): RunningProgram {
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const ended = Promise.all([code, text(child.stdout), text(child.stderr)]);
  return { child, ended: ended.then(([code, stdout, stderr]) => ({ code, stdout, stderr })) };
}
