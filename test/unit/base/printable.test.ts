import assert from "node:assert/strict";
import { test } from "node:test";
import { LixImageError, render, SeveralErrors } from "../../../provider/base/errors.ts";
import { log, withLog } from "../../../provider/base/log.ts";
import { printable, printableJson } from "../../../provider/base/printable.ts";
import { HOSTILE, assertPrintable } from "../../support/hostile-text.ts";

class Refused extends LixImageError {
  readonly code = "REFUSED";
}

test("every control, bidi, zero-width and separating character is escaped", () => {
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const char = String.fromCodePoint(code);
    if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(char)) continue;
    const shown = printable(`a${char}b`);
    assert.match(shown, /^a(\\[nrt]|(\\u[0-9a-f]{4}){1,2})b$/, code.toString(16));
    assert.equal(JSON.parse(`"${shown}"`), `a${char}b`, "as JSON would have it");
  }
});

test("what people write stays as it is", () => {
  const text = 'größer, 日本語, עברית, 👍, "quoted", back\\slash: 1 – 2 …';
  assert.equal(printable(text), text);
});

test("JSON is laid out in lines, says the same, and has no raw control", () => {
  const value = { [`key${HOSTILE}`]: [HOSTILE, 1, null] };
  const text = printableJson(value);
  assert.deepEqual(JSON.parse(text), value);
  assertPrintable(text, "JSON");
  assert.ok(text.includes('\n  "key'));
});

test("messages, hints, foreign causes and several errors are cleaned where they are made", () => {
  const foreign = new Error(`foreign ${HOSTILE}`);
  const error = new Refused(`ours ${HOSTILE}`, { hint: `do ${HOSTILE}`, cause: foreign });
  assert.equal(render(error).split("\n").length, 3);
  for (const each of [error, foreign, new SeveralErrors([error, foreign]), HOSTILE, { HOSTILE }])
    assertPrintable(render(each), "rendered");
  assertPrintable(error.message + (error.hint ?? ""), "as others read it");
});

test("only a list of lines has line breaks", () => {
  const error = new Refused(["first", "  - second\n  hint: run this"]);
  assert.equal(render(error), "first\n  - second\\n  hint: run this [REFUSED]");
});

test("only the start of a server's line of a megabyte is shown", () => {
  const shown = render(new Refused("x".repeat(1_000_000)));
  assert.ok(shown.length < 10_000);
  assert.match(shown, /… \(and 992000 more characters\)/);
});

test("progress, warnings and narration are cleaned before a sink gets them", () => {
  const lines: string[] = [];
  const push = (line: string): void => void lines.push(line);
  withLog({ progress: push, warn: push, info: push }, () => {
    log.progress(`a ${HOSTILE}`);
    log.warn([`b ${HOSTILE}`, "c"]);
    log.info(`d ${HOSTILE}`);
  });
  assert.equal(lines.length, 3);
  assert.equal(lines.join("\n").split("\n").length, 4);
  for (const line of lines) assertPrintable(line, "logged");
});
