import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import type { Environment } from "./environment.ts";

export interface ProgramQuestion {
  readonly arguments: readonly string[];
  /** For its stdin. */
  readonly input: string;
  /** All that it gets, PATH for finding it included. */
  readonly environment: Environment;
  readonly limitMs: number;
  /** Default: nobody gets its stderr. A child of the program that keeps it open is waited for when it is read. */
  readonly stderr?: "ignore" | "read" | undefined;
}

export interface ProgramAnswer {
  readonly code: number | null;
  readonly stdout: string;
  /** Empty where it was not to be read. */
  readonly stderr: string;
}

/**
 * What another program answers. Rejects with Node's error when it cannot be
 * started or takes too long ({@link isTimeout}).
 */
export async function askProgram(
  program: string,
  question: ProgramQuestion,
): Promise<ProgramAnswer> {
  const options = {
    env: question.environment,
    signal: AbortSignal.timeout(question.limitMs),
    killSignal: "SIGKILL",
    windowsHide: true,
  } as const;
  const child =
    question.stderr === "read"
      ? spawn(program, question.arguments, { ...options, stdio: ["pipe", "pipe", "pipe"] })
      : spawn(program, question.arguments, { ...options, stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  // A program that answers without reading its stdin is no failure.
  child.stdin.on("error", () => {}).end(question.input);
  try {
    const [code, stdout, stderr] = await Promise.all([
      ended,
      text(child.stdout),
      child.stderr === null ? "" : text(child.stderr),
    ]);
    return { code, stdout, stderr };
  } finally {
    // A child of the program's may still hold the other end.
    child.stdout.destroy();
    child.stderr?.destroy();
  }
}

export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.name === "AbortError";
