/** Our programs in a heap that a hostile input exhausted before there were budgets. @module */
import assert from "node:assert/strict";
import { join } from "node:path";
import { runCli, startNode, type CliOptions, type CliResult } from "./cli.ts";
import { REPOSITORY } from "./source-files.ts";

const READER = join(REPOSITORY, "test/faults/children/read-hostile.ts");

export interface SmallHeap {
  /** Megabytes of V8's heap. */
  readonly heap: number;
  /** Home, cache and temporary folder. */
  readonly folder: string;
}

export const cliIn = (argv: readonly string[], where: SmallHeap): Promise<CliResult> =>
  runCli(argv, optionsOf(where));

export const readIn = (
  kind: "nar" | "tarball",
  file: string,
  where: SmallHeap,
): Promise<CliResult> => startNode([READER, kind, file], optionsOf(where)).ended;

const optionsOf = ({ heap, folder }: SmallHeap): CliOptions => ({
  cache: folder,
  directory: folder,
  env: { TMPDIR: folder },
  nodeArgs: [`--max-old-space-size=${heap}`],
});

/** The program named the budget that the input exceeds, and ended by itself. */
export function assertOverBudget({ code, stdout, stderr }: CliResult, says: RegExp): void {
  assert.equal(code, 1, `${stdout}\n${stderr.slice(0, 2000)}`);
  assert.match(stderr, says);
  assert.match(stderr, /\[[A-Z_]+\]\n {2}hint: /);
}
