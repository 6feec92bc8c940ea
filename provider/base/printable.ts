/**
 * Makes text that others wrote safe to show: a narinfo, a label, a file name or a server's error must
 * neither control the terminal nor look like one of our own lines.
 * @module
 */

import { redact } from "./redact.ts";

/** One line, or a list of our own lines. A line break inside one of them is data, and is escaped. */
export type Lines = string | readonly string[];

/**
 * Control characters (C0, DEL, C1), characters that are invisible or change the direction of writing (bidi
 * controls, zero-width characters, byte order marks, tags), line and paragraph separators, half surrogate pairs.
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** One line without credentials; unprintable characters become JSON escapes. */
export const printable = (text: string): string => escapedLine(redact(text));

const escapedLine = (text: string): string => text.replace(UNPRINTABLE, escaped);

/** Several lines, each printable by itself. */
export const printableLines = (lines: Lines): string =>
  typeof lines === "string" ? printable(lines) : lines.map(printable).join("\n");

/** The lines of a message, each cut to a length that somebody reads. A server's page may be a megabyte. */
export function messageLines(lines: Lines): string {
  const each = typeof lines === "string" ? [lines] : lines;
  // Redact first: a secret that is cut would not be recognised.
  return each.map((line) => escapedLine(abridged(redact(line)))).join("\n");
}

const LINE_LIMIT = 8_000;

const abridged = (line: string): string =>
  line.length <= LINE_LIMIT
    ? line
    : `${line.slice(0, LINE_LIMIT)}… (and ${line.length - LINE_LIMIT} more characters)`;

/** Without credentials. */
export const printableJson = (value: unknown): string =>
  escapedJson(JSON.stringify(value, (_, part: unknown) => redactedPart(part), 2));

/** A whole document, which has no credentials: a package URL only looks like one. */
export const printableDocument = (value: unknown): string =>
  escapedJson(JSON.stringify(value, undefined, 2));

/** JSON.stringify leaves C1 and bidi controls as they are; in strings, `\u` says the same. */
const escapedJson = (json: string): string =>
  json.replace(UNPRINTABLE, (found) => (found === "\n" ? found : escaped(found)));

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
