import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { toPropertyMap } from "../../../provider/resource/property-map.ts";

test("JSON passes unchanged", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      fc.pre(!JSON.stringify(value).includes("__proto__"));
      const json = JSON.parse(JSON.stringify(value));
      assert.deepEqual(JSON.parse(JSON.stringify(toPropertyMap(json))), json);
    }),
  );
});

test("undefined properties are dropped at every depth", () => {
  const wire = toPropertyMap({ a: undefined, b: { c: undefined, d: 1 }, e: [{ f: undefined }] });
  assert.deepEqual(wire, { b: { d: 1 }, e: [{}] });
  assert.ok(!("a" in wire));
});

for (const [what, value] of [
  ["a bigint", 1n],
  ["a Date", new Date(0)],
  ["a Map", new Map()],
  ["bytes", new Uint8Array(1)],
  ["a function", () => 1],
  ["NaN", NaN],
  ["undefined in a list", [undefined]],
] as const)
  test(`${what} is refused with its path, before the engine would drop the whole answer`, () => {
    assert.throws(() => toPropertyMap({ outer: { inner: value } }), {
      code: "NOT_ON_THE_WIRE",
      message: /^inner/,
    });
  });
