import { log } from "../base/log.ts";
import { printableLines } from "../base/printable.ts";

const said = new Set<string>();

/**
 * Lasting lines about one image. The engine calls a method again with the same values: check for a
 * replacement, diff in a preview with --refresh.
 */
export function sayOnce(image: string, lines: readonly string[]): void {
  if (lines.length > 0) once(log.info, [`${image}:`, ...lines.map((line) => `  ${line}`)]);
}

/** Warnings about one image's arguments, each once. */
export function warnOnce(image: string, warnings: readonly string[]): void {
  for (const warning of warnings) once(log.warn, [`${image}: ${warning}`]);
}

function once(say: (lines: readonly string[]) => void, lines: readonly string[]): void {
  const text = printableLines(lines);
  if (!said.has(text)) say(lines);
  said.add(text);
}
