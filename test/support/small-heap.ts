/** Programs of ours with a heap that a hostile input used to exhaust. @module */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { COMPILE_CACHE } from "./compile-cache.ts";
import { REPOSITORY } from "./source-files.ts";

const CLI = join(REPOSITORY, "provider/cli/main.ts");
const READER = join(REPOSITORY, "test/faults/children/read-hostile.ts");

export interface SmallHeap {
  /** Megabytes of V8's heap. */
  readonly heap: number;
  /** Home, cache and temporary folder. */
  readonly folder: string;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const cliIn = (argv: readonly string[], where: SmallHeap): Promise<Outcome> =>
  run([CLI, ...argv], where);

export const readIn = (kind: "nar" | "tarball", file: string, where: SmallHeap): Promise<Outcome> =>
  run([READER, kind, file], where);

async function run(argv: readonly string[], { heap, folder }: SmallHeap): Promise<Outcome> {
  const child = spawn(process.execPath, [`--max-old-space-size=${heap}`, ...argv], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      TMPDIR: folder,
      LIX_IMAGE_CACHE: folder,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const all = await Promise.all([code, text(child.stdout), text(child.stderr)]);
  return { code: all[0], stdout: all[1], stderr: all[2] };
}

/** It said what is too much, and ended by itself. */
export function assertOverBudget({ code, stdout, stderr }: Outcome, says: RegExp): void {
  assert.equal(code, 1, `${stdout}\n${stderr.slice(0, 2000)}`);
  assert.match(stderr, says);
  assert.match(stderr, /\[[A-Z_]+\]\n {2}hint: /);
}
