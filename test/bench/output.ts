import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What a program printed; rejects with what it complained about. */
export async function outputOf(
  [program, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
  return (await promisify(execFile)(program, args, options)).stdout;
}
