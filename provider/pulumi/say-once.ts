import { log } from "../base/log.ts";
import { printableLines } from "../base/printable.ts";

const said = new Set<string>();

/**
 * Lasting lines about one image. The engine calls a method again with the same values: check for a
 * replacement, diff in a preview with --refresh.
 */
export function sayOnce(image: string, lines: readonly string[]): void {
  const all = [`${image}:`, ...lines.map((line) => `  ${line}`)];
  const text = printableLines(all);
  if (lines.length > 0 && !said.has(text)) log.info(all);
  said.add(text);
}
