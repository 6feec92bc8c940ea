/**
 * JSON as RFC 8259 has it, but stricter than `JSON.parse`: a key that occurs twice is an error, since
 * one of the two would be lost unseen, and so is `__proto__`, which schema libraries drop. Errors have
 * a line and a column, which those of `JSON.parse` lack for short or odd texts. A byte order mark at
 * the start, which editors on Windows write, is skipped.
 * @see https://www.rfc-editor.org/rfc/rfc8259
 * @module
 */
import type { LixImageError } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";

// Control characters must be escaped; what follows a backslash is JSON.parse's to judge.
const STRING = /"[^"\\\u0000-\u001f]*(?:\\[^\u0000-\u001f][^"\\\u0000-\u001f]*)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const BLANK = /[ \t\r\n]*/y;

const BYTE_ORDER_MARK = "\uFEFF";
// A lock is six levels deep; the limit protects the call stack from hostile text.
const DEPTH_LIMIT = 64;

export function parseStrictJson(text: string): unknown {
  let at = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;

  const fail = (expected: string): never => {
    throw invalidJson(text, at, expected);
  };
  /** The token at the position, which moves past it; undefined when another one is there. */
  const take = (token: RegExp): string | undefined => {
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const skipBlank = (): void => void take(BLANK);
  const takeChar = (char: string): boolean => {
    skipBlank();
    if (text[at] !== char) return false;
    at += 1;
    return true;
  };

  const string = (expected: string): string => {
    const start = at;
    const found = take(STRING) ?? fail(expected);
    if (!found.includes("\\")) return found.slice(1, -1);
    try {
      return String(JSON.parse(found));
    } catch {
      at = start;
      return fail("a string with valid escapes");
    }
  };

  const object = (depth: number): unknown => {
    const entries: Record<string, unknown> = {};
    if (takeChar("}")) return entries;
    do {
      skipBlank();
      const start = at;
      const key = string("a key in double quotes");
      if (key === "__proto__" || Object.hasOwn(entries, key)) {
        at = start;
        fail(
          key === "__proto__" ? 'a key other than "__proto__"' : `${JSON.stringify(key)} only once`,
        );
      }
      if (!takeChar(":")) fail('":"');
      entries[key] = value(depth);
    } while (takeChar(","));
    if (!takeChar("}")) fail('"," or "}"');
    return entries;
  };

  const array = (depth: number): unknown => {
    const items: unknown[] = [];
    if (takeChar("]")) return items;
    do items.push(value(depth));
    while (takeChar(","));
    if (!takeChar("]")) fail('"," or "]"');
    return items;
  };

  const value = (depth: number): unknown => {
    if (depth > DEPTH_LIMIT) fail(`at most ${DEPTH_LIMIT} levels`);
    if (takeChar("{")) return object(depth + 1);
    if (takeChar("[")) return array(depth + 1);
    if (text[at] === '"') return string("a string on one line, closed by a double quote");
    const scalar = take(WORD) ?? take(NUMBER) ?? fail("a value");
    return JSON.parse(scalar);
  };

  const whole = value(0);
  skipBlank();
  if (at < text.length) fail("nothing more");
  return whole;
}

function invalidJson(text: string, at: number, expected: string): LixImageError {
  const before = text.slice(0, at).replace(BYTE_ORDER_MARK, "").split("\n");
  return lixError("INVALID_JSON", {
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    expected,
    got: at >= text.length ? "the end of the text" : JSON.stringify(text.slice(at, at + 12)),
  });
}
