import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { COMPILE_CACHE } from "../support/compile-cache.ts";
import { REAL_WORLD_CACHE } from "../support/real-world.ts";

// No test takes long, so this names a test that hangs.
const LIMIT_MS = 300_000;

/**
 * One run of Node's own test runner over all files, so that its closing lines count everything. Tests
 * in test/peers skip themselves, with the reason, where a peer is missing.
 */
export const runTests = (only: readonly string[]): Promise<boolean> =>
  withTempDir((cache) => run(only, { [REAL_WORLD_CACHE]: cache }));

async function run(
  only: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const child = spawn(
    process.execPath,
    [
      "--test",
      "--test-reporter=spec",
      `--test-timeout=${LIMIT_MS}`,
      // Two more than there are processors, because many tests wait for processes and servers.
      `--test-concurrency=${availableParallelism() + 2}`,
      ...(only.length === 0 ? ["test/**/*.test.ts"] : only.map(asPattern)),
    ],
    { stdio: "inherit", env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env } },
  );
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0));
  });
}

const asPattern = (path: string): string =>
  path.endsWith(".ts") ? path : `${path.replace(/\/+$/, "")}/**/*.test.ts`;
