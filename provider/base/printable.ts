/**
 * Text that others wrote, made safe to show: a narinfo, a label, a file's name or a server's error must
 * neither steer the terminal nor look like a line of ours.
 * @module
 */

import { redact } from "./redact.ts";

/** One line, or several of our own. A line break inside of one is data, and is escaped as such. */
export type Lines = string | readonly string[];

/**
 * Controls (C0, DEL, C1), what is invisible or changes the direction of writing (bidi controls,
 * zero-width characters, byte order marks, tags), line and paragraph separators, half surrogate pairs.
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** One line, without credentials; what cannot be printed becomes an escape of JSON. */
export const printable = (text: string): string => escapedLine(redact(text));

const escapedLine = (text: string): string => text.replace(UNPRINTABLE, escaped);

/** Lines for people, each printable by itself. */
export const printableLines = (lines: Lines): string =>
  typeof lines === "string" ? printable(lines) : lines.map(printable).join("\n");

/** A line of a message: as much of it as anybody reads. A server's page may be a megabyte. */
export function messageLines(lines: Lines): string {
  const each = typeof lines === "string" ? [lines] : lines;
  // A secret that is cut is not known any more.
  return each.map((line) => escapedLine(abridged(redact(line)))).join("\n");
}

const LINE_LIMIT = 8_000;

const abridged = (line: string): string =>
  line.length <= LINE_LIMIT
    ? line
    : `${line.slice(0, LINE_LIMIT)}… (and ${line.length - LINE_LIMIT} more characters)`;

/** JSON.stringify leaves C1 and bidi controls as they are; in strings, `\u` says the same. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => redactedPart(part), 2).replace(
    UNPRINTABLE,
    (found) => (found === "\n" ? found : escaped(found)),
  );

function redactedPart(part: unknown): unknown {
  if (typeof part === "string") return redact(part);
  if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [redact(key), value]));
}

function escaped(found: string): string {
  const short = SHORT.get(found);
  if (short !== undefined) return short;
  return found
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
