/** An installed Nix (2.4 or newer) or Lix, run for what it prints. @module */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import { isCode } from "../base/error-code.ts";
import { LixImageError } from "../base/errors.ts";

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
    if (code !== 0) throw new NixEvaluationFailed(run.subject, stderr);
    return stdout;
  } catch (error) {
    if (isCode(error, "ENOENT")) throw new NixNotFound(program, error);
    throw error;
  }
}

export class NixNotFound extends LixImageError {
  readonly code = "NIX_NOT_FOUND";
  constructor(program: string, cause: unknown) {
    super(`${program} is not on PATH`, {
      cause,
      hint: "--nix and --flake need an installed Nix or Lix; `lix-image lock --channel` and `--path` need none",
    });
  }
}

// An evaluation trace is long; its end has the error.
const STDERR_LIMIT = 4000;

export class NixEvaluationFailed extends LixImageError {
  readonly code = "NIX_EVALUATION_FAILED";
  constructor(subject: string, stderr: string) {
    // Nix colours its messages on its own account.
    const said = stripVTControlCharacters(stderr).trim().slice(-STDERR_LIMIT);
    const lines = said.split(/\r?\n/);
    super([`${subject}: does not evaluate:`, ...lines.map((line) => `  ${line}`)], {
      hint: "it must give a set of packages such as nixpkgs; a file may be a function of { system } that does",
    });
  }
}
