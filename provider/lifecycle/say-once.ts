import { log } from "../base/log.ts";

const said = new Set<string>();

/**
 * Lasting lines about one image. The engine calls a method again with the same values: check for a
 * replacement, diff in a preview with --refresh.
 */
export function sayOnce(image: string, lines: readonly string[]): void {
  const text = [`${image}:`, ...lines].join("\n  ");
  if (lines.length > 0 && !said.has(text)) log.info(text);
  said.add(text);
}
