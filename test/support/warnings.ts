import { withLog } from "../../provider/base/log.ts";

/** What is warned of meanwhile. */
export const warningsOf = (use: () => Promise<unknown>): Promise<string[]> => said("warn", use);

/** What is narrated meanwhile. */
export const narrationOf = (use: () => Promise<unknown>): Promise<string[]> => said("info", use);

async function said(kind: "warn" | "info", use: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const silent = { progress: () => {}, info: () => {}, warn: () => {} };
  await withLog({ ...silent, [kind]: (line: string) => void lines.push(line) }, use);
  return lines;
}
