/** An installed Nix (2.4 or newer) or Lix, run for what it prints. @module */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { isCode } from "../base/error-code.ts";
import { lixError } from "../errors/lix-error.ts";

export interface NixRun {
  /** What is evaluated, for messages. */
  readonly subject: string;
  readonly signal?: AbortSignal | undefined;
}

export async function runNix(
  program: "nix" | "nix-instantiate",
  argv: readonly string[],
  run: NixRun,
): Promise<string> {
  const child = spawn(program, argv, {
    stdio: ["ignore", "pipe", "pipe"],
    ...(run.signal ? { signal: run.signal } : {}),
  });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  try {
    const [code, stdout, stderr] = await Promise.all([
      closed,
      text(child.stdout),
      text(child.stderr),
    ]);
    if (code !== 0) throw lixError("NIX_EVALUATION_FAILED", { subject: run.subject, stderr });
    return stdout;
  } catch (error) {
    if (isCode(error, "ENOENT")) throw lixError("NIX_NOT_FOUND", { program }, { cause: error });
    throw error;
  }
}
