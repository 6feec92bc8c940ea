import { log } from "../base/log.ts";
import { printableLines } from "../base/printable.ts";
import type { ResourceSession } from "./resource-session.ts";

/**
 * Shows lasting lines about one image once, although the engine calls some methods twice with the same values:
 * check for a replacement, diff in a preview with --refresh.
 */
export function sayOnce(session: ResourceSession, image: string, lines: readonly string[]): void {
  if (lines.length > 0) once(session, log.info, [`${image}:`, ...lines.map((line) => `  ${line}`)]);
}

/** Warnings about one image's arguments, each once. */
export function warnOnce(
  session: ResourceSession,
  image: string,
  warnings: readonly string[],
): void {
  for (const warning of warnings) once(session, log.warn, [`${image}: ${warning}`]);
}

function once(
  { said }: ResourceSession,
  say: (lines: readonly string[]) => void,
  lines: readonly string[],
): void {
  const text = printableLines(lines);
  if (!said.has(text)) say(lines);
  said.add(text);
}
