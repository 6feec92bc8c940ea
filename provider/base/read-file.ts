import { createReadStream } from "node:fs";
import { collectWithin, type BudgetName } from "./budgets.ts";

/** Not readFile: what is named may be /dev/zero, or have gigabytes. Throws BudgetExceeded for more. */
export async function readFileWithin(name: BudgetName, file: string): Promise<Uint8Array> {
  const source: AsyncIterable<Uint8Array> = createReadStream(file, { highWaterMark: CHUNK });
  return collectWithin(name, source, file);
}

const CHUNK = 256 * 1024;
