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
}

/**
 * What another program answers; its stderr is nobody's. Rejects with Node's error when it cannot be
 * started or takes too long ({@link isTimeout}).
 */
export async function askProgram(
  program: string,
  question: ProgramQuestion,
): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const child = spawn(program, question.arguments, {
    env: question.environment,
    stdio: ["pipe", "pipe", "ignore"],
    signal: AbortSignal.timeout(question.limitMs),
    killSignal: "SIGKILL",
    windowsHide: true,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  // A program that answers without reading its stdin is no failure.
  child.stdin.on("error", () => {}).end(question.input);
  try {
    const [code, stdout] = await Promise.all([ended, text(child.stdout)]);
    return { code, stdout };
  } finally {
    // A child of the program's may still hold the other end.
    child.stdout.destroy();
  }
}

export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.name === "AbortError";
