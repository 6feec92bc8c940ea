import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseStrictJson } from "../../../provider/lock/strict-json.ts";

test("reads what JSON.parse reads", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      // A key "__proto__" is the one thing that is refused.
      fc.pre(!text.includes("__proto__"));
      assert.deepEqual(parseStrictJson(text), JSON.parse(text));
    }),
  );
});

test("refuses what JSON.parse refuses, in changed texts too", () => {
  const text = '{"a": [1, -2.5e3, true, null, "b\\u0041\\n"], "c": {"d": {}}}';
  fc.assert(
    fc.property(fc.nat(text.length), fc.constantFrom(...'{}[]",:\\ 0e-x\n'), (at, char) => {
      const changed = text.slice(0, at) + char + text.slice(at + 1);
      let expected: unknown;
      try {
        expected = JSON.parse(changed);
      } catch {
        assert.throws(() => parseStrictJson(changed), { code: "INVALID_JSON" });
        return;
      }
      assert.deepEqual(parseStrictJson(changed), expected);
    }),
    { numRuns: 1000 },
  );
});

test("ignores a byte order mark at the start, and only there", () => {
  assert.deepEqual(parseStrictJson('\uFEFF{"a": 1}'), { a: 1 });
  assert.throws(() => parseStrictJson("\uFEFF{x"), { message: /^line 1, column 2: / });
  assert.throws(() => parseStrictJson("\uFEFF\uFEFF{}"), { code: "INVALID_JSON" });
});

for (const [what, text, message] of [
  [
    "a key that occurs twice",
    '{\n  "a": 1,\n  "a": 2\n}',
    /^line 3, column 3: expected "a" only once/,
  ],
  ["a key twice in two spellings", '{"a": 1, "\\u0061": 2}', /line 1, column 10/],
  ["__proto__", '{"__proto__": {}}', /expected a key other than "__proto__"/],
  ["a trailing comma", '{"a": 1,}', /line 1, column 9: expected a key in double quotes; got "}"/],
  ["a cut-off text", '{"a": [1,', /line 1, column 10: expected a value; got the end of the text/],
  ["a merge conflict", "{\n<<<<<<< HEAD\n", /line 2, column 1: expected a key/],
  ["text behind the value", "{} x", /expected nothing more; got "x"/],
  ["nothing", "", /expected a value; got the end/],
  ["a bad escape", '["\\x"]', /line 1, column 2: expected a string with valid escapes/],
  ["too many levels", "[".repeat(100_000), /at most 64 levels/],
] as const) {
  test(`refuses ${what}`, () => {
    assert.throws(() => parseStrictJson(text), { code: "INVALID_JSON", message });
  });
}
