import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import type { Environment } from "./environment.ts";

export interface ProgramQuestion {
  readonly arguments: readonly string[];
  /** What it reads from stdin. */
  readonly input: string;
  /** Its whole environment, with the PATH on which it is found. */
  readonly environment: Environment;
  readonly limitMs: number;
  /** Whether to read stderr; then the answer waits for every child of the program that keeps stderr open. */
  readonly stderr?: "ignore" | "read" | undefined;
}

export interface ProgramAnswer {
  readonly code: number | null;
  readonly stdout: string;
  /** Empty unless the question asks for it. */
  readonly stderr: string;
}

/**
 * Runs a program and returns its answer. Rejects with Node's error if it cannot be
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
  // A program may answer without reading its stdin.
  child.stdin.on("error", () => {}).end(question.input);
  try {
    const [code, stdout, stderr] = await Promise.all([
      ended,
      text(child.stdout),
      child.stderr === null ? "" : text(child.stderr),
    ]);
    return { code, stdout, stderr };
  } finally {
    // A child of the program may still hold the other end.
    child.stdout.destroy();
    child.stderr?.destroy();
  }
}

export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.name === "AbortError";
