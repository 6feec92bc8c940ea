import { spawn } from "node:child_process";
import { mapConcurrent } from "../../provider/base/concurrency.ts";

export interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
}

export const heading = (text: string): void => console.log(`\n── ${text}`);

/** Two at a time; prints one line for a check that passes, and all its output for one that does not. */
export async function runQuietly(checks: readonly Check[]): Promise<CheckResult[]> {
  return mapConcurrent(checks, { width: 2 }, async (check) => {
    const started = performance.now();
    const { ok, output } = await run(check.command);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${ok ? "✔" : "✖"} ${check.name} (${seconds} s)`);
    if (!ok) console.log(output.trimEnd());
    return { name: check.name, ok };
  });
}

async function run([program, ...args]: Check["command"]): Promise<{ ok: boolean; output: string }> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { ok: code === 0, output: Buffer.concat(chunks).toString("utf8") };
}
