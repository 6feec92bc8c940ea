import assert from "node:assert/strict";
import { test } from "node:test";
import { closureOf } from "../../../../provider/formats/nix/closure.ts";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";

const path = (name: string): StorePath => StorePath.fromBaseName(`${"a".repeat(32)}-${name}`);

test("follows references through cycles, and sorts", () => {
  const references = new Map([
    [path("d"), [path("c"), path("d")]],
    [path("c"), [path("b")]],
    [path("b"), [path("c")]],
    [path("x"), [path("y")]],
  ]);
  const of = (at: StorePath): StorePath[] => references.get(at) ?? [];
  assert.deepEqual(closureOf([path("d")], of), [path("b"), path("c"), path("d")]);
  assert.deepEqual(closureOf([], of), []);
});

test("walks a chain of any length without recursion", () => {
  const next = (at: StorePath): StorePath[] => {
    const number = Number(StorePath.name(at));
    return number < 50_000 ? [path(String(number + 1))] : [];
  };
  assert.equal(closureOf([path("0")], next).length, 50_001);
});
