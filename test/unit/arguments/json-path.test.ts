import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { kindOf } from "../../../provider/arguments/parts.ts";
import { JsonPath } from "../../../provider/arguments/json-path.ts";

test("a place is written as a program would, and its kind leaves out which", () => {
  for (const [place, text, kind] of [
    [["tag"], "tag", "tag"],
    [["extraPkgs", 1], "extraPkgs[1]", "extraPkgs[]"],
    [["archives", 0, "path"], "archives[0].path", "archives[].path"],
    [["nixConf", "max-jobs"], "nixConf.max-jobs", "nixConf.*"],
    [["nixConf", "a b", 0], 'nixConf["a b"][0]', "nixConf.*[]"],
    [["compression", "level"], "compression.level", "compression.level"],
    [[], "arguments", ""],
  ] as const) {
    assert.equal(JsonPath.format(place), text);
    assert.equal(kindOf(place), kind);
  }
});

const PLACES = fc.constantFrom<JsonPath>(["a"], ["list", 0], ["list", 1, "b"], ["o", "p", "q"], []);

test("what is written somewhere is read there, and all else stays", () => {
  const before = { list: [1, { b: 2, c: 3 }], o: { p: { q: 4, r: 5 } } };
  fc.assert(
    fc.property(PLACES, fc.jsonValue(), (place, value) => {
      const text = JSON.stringify(before);
      const after = JsonPath.write(before, place, value);
      assert.deepEqual(JsonPath.read(after, place), value);
      assert.deepEqual(JsonPath.write(after, place, JsonPath.read(before, place)), before);
      assert.equal(JSON.stringify(before), text);
    }),
  );
});

test("a missing place has no value, and undefined removes a property", () => {
  assert.equal(JsonPath.read({ a: 7 }, ["a", "b", "c"]), undefined);
  assert.deepEqual(JsonPath.write({ a: 1, b: 2 }, ["a"], undefined), { b: 2 });
});
