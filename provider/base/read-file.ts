import { createReadStream } from "node:fs";
import { collectWithin, type BudgetName } from "./budgets.ts";

/** Unlike readFile, it stops at the budget: a user may name /dev/zero. Throws BudgetExceeded. */
export async function readFileWithin(name: BudgetName, file: string): Promise<Uint8Array> {
  const source: AsyncIterable<Uint8Array> = createReadStream(file, { highWaterMark: CHUNK });
  return collectWithin(name, source, file);
}

const CHUNK = 256 * 1024;
