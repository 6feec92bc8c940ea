import { log } from "../../provider/base/log.ts";

/** What is warned of meanwhile. */
export async function warningsOf(use: () => Promise<unknown>): Promise<string[]> {
  const warnings: string[] = [];
  const warn = (line: string): void => void warnings.push(line);
  const before = log.install({ progress: () => {}, info: () => {}, warn });
  try {
    await use();
  } finally {
    log.install(before);
  }
  return warnings;
}
