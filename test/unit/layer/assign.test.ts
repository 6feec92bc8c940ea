import assert from "node:assert/strict";
import { test } from "node:test";
import { assignLayers, MAX_IMAGE_LAYERS } from "../../../provider/layer/assign.ts";
import { StorePath } from "../../../provider/nix/store-path.ts";
import { ORDER } from "./vectors.ts";

const references = (path: StorePath): readonly StorePath[] => ORDER.references.get(path) ?? [];
const INPUT = {
  groups: ORDER.groups,
  references,
  generated: ORDER.generated,
  baseSystemReferences: references(ORDER.baseSystem),
  maxLayers: 100,
};
const UNLIMITED = assignLayers(INPUT);

test("makes the groups of nix2container, then one layer a path, base system, database", () => {
  const layers = UNLIMITED.map((layer) => new Set(layer.storePaths));
  assert.equal(layers.length, ORDER.layers.length + 2);
  assert.deepEqual(
    layers.slice(0, 4),
    ORDER.layers.slice(0, 4).map((paths) => new Set(paths)),
  );
  assert.ok(layers.slice(4, -2).every((paths) => paths.size === 1));
  assert.deepEqual(UNLIMITED.slice(-2), [
    { storePaths: [], baseSystem: true, database: false },
    { storePaths: [], baseSystem: false, database: true },
  ]);
});

test("each path is in one layer", () => {
  const all = UNLIMITED.flatMap((layer) => layer.storePaths);
  assert.equal(new Set(all).size, all.length);
});

const free = UNLIMITED.length - ORDER.groups.length;

for (const maxLayers of [free, 127])
  test(`merges nothing while maxLayers (${maxLayers}) is enough`, () => {
    assert.deepEqual(assignLayers({ ...INPUT, maxLayers }), UNLIMITED);
  });

for (const maxLayers of [1, 2, 3, 20, free - 1])
  test(`merges the tail, sorted, when maxLayers is ${maxLayers}, and no group`, () => {
    const layers = assignLayers({ ...INPUT, maxLayers });
    assert.equal(layers.length, ORDER.groups.length + maxLayers);
    assert.deepEqual(layers.slice(0, -1), UNLIMITED.slice(0, layers.length - 1));
    const merged = UNLIMITED.slice(layers.length - 1).flatMap((layer) => layer.storePaths);
    assert.deepEqual(layers.at(-1), {
      storePaths: merged.sort(StorePath.compare),
      baseSystem: true,
      database: true,
    });
  });

test("an image has never more layers than an overlay mount takes", () => {
  const digits = "0123456789abcdfghijklmnpqrsvwxyz";
  const many = Array.from({ length: 300 }, (_, index) => {
    const hash = [...String(index)].map((digit) => digits[Number(digit)]).join("");
    return StorePath.parse(`/nix/store/${hash.padStart(32, "0")}-x`);
  });
  const input = { ...INPUT, references: () => [], baseSystemReferences: many, maxLayers: 127 };
  assert.equal(assignLayers({ ...input, groups: [] }).length, MAX_IMAGE_LAYERS);
  const groups = many.slice(0, 4).map((path) => [path]);
  const layers = assignLayers({ ...input, groups });
  assert.equal(layers.length, MAX_IMAGE_LAYERS);
  assert.equal(new Set(layers.flatMap((layer) => layer.storePaths)).size, 300);
});

test("a group whose paths are all in earlier ones makes no layer", () => {
  const [first = []] = ORDER.groups;
  const layers = assignLayers({ ...INPUT, groups: [first, first] });
  const once = assignLayers({ ...INPUT, groups: [first] });
  assert.deepEqual(layers, once);
});
