import assert from "node:assert/strict";
import { test } from "node:test";
import { assignLayers, MAX_IMAGE_LAYERS } from "../../../../provider/formats/layer/assign.ts";
import { closureOf } from "../../../../provider/formats/nix/closure.ts";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";
import { ORDER } from "./vectors.ts";

const references = (path: StorePath): readonly StorePath[] => ORDER.references.get(path) ?? [];
const INPUT = {
  groups: ORDER.groups,
  references,
  generated: ORDER.generated,
  baseSystemReferences: references(ORDER.baseSystem),
  maxLayers: 100,
  layering: "docker.nix",
  sizeOf: () => 1,
} as const;
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

const OURS = [...ORDER.generated].filter((path) => !ORDER.groups.flat().includes(path));
const SINGLES = UNLIMITED.slice(ORDER.groups.length, -2).flatMap((layer) => layer.storePaths);
const PACKAGES = SINGLES.filter((path) => !ORDER.generated.has(path));
const sorted = (paths: readonly StorePath[]): StorePath[] => paths.toSorted(StorePath.compare);
const layer = (storePaths: readonly StorePath[], baseSystem = false, database = false) => ({
  storePaths: sorted(storePaths),
  baseSystem,
  database,
});

for (const maxLayers of [4, 20, free - 1])
  test(`with ${maxLayers} layers for more paths, generated paths keep three and the packages share their last one`, () => {
    const layers = assignLayers({ ...INPUT, maxLayers }).slice(ORDER.groups.length);
    const single = Math.min(PACKAGES.length, maxLayers - 4);
    assert.ok(OURS.length > 1);
    assert.deepEqual(
      layers.slice(0, single),
      PACKAGES.slice(0, single).map((path) => layer([path])),
    );
    assert.deepEqual(layers.slice(single), [
      layer(PACKAGES.slice(single)),
      layer(OURS),
      layer([], true),
      layer([], false, true),
    ]);
  });

for (const [maxLayers, expected] of [
  [3, [layer(PACKAGES), layer(OURS, true), layer([], false, true)]],
  [2, [layer(PACKAGES), layer(OURS, true, true)]],
  [1, [layer(SINGLES, true, true)]],
] as const)
  test(`with ${maxLayers} layers, generated paths share first`, () => {
    assert.deepEqual(assignLayers({ ...INPUT, maxLayers }).slice(ORDER.groups.length), expected);
  });

test("packages that fit keep a layer each if only the generated paths are too many", () => {
  const [one, two] = PACKAGES;
  assert.ok(one !== undefined && two !== undefined);
  const roots = [one, two, ...OURS];
  const input = { ...INPUT, groups: [], references: () => [], baseSystemReferences: roots };
  const layers = assignLayers({ ...input, maxLayers: roots.length + 1 });
  assert.deepEqual(
    layers.map(({ storePaths }) => storePaths.length),
    [1, 1, OURS.length, 0, 0],
  );
});

for (const maxLayers of [1, 2, 3, 20, free - 1])
  test(`images of the earlier rule keep one tail, sorted, when maxLayers is ${maxLayers}`, () => {
    const layers = assignLayers({ ...INPUT, maxLayers, layering: "shared tail" });
    assert.equal(layers.length, ORDER.groups.length + maxLayers);
    assert.deepEqual(layers.slice(0, -1), UNLIMITED.slice(0, layers.length - 1));
    const tail = UNLIMITED.slice(layers.length - 1).flatMap((each) => each.storePaths);
    assert.deepEqual(layers.at(-1), layer(tail, true, true));
  });

test("an image never has more layers than an overlay mount takes", () => {
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

const RISK = { ...INPUT, layering: "closure-risk" } as const;
const [CHANNEL = []] = ORDER.groups.slice(-1).map((group) => closureOf(group, references));
const ALL = UNLIMITED.flatMap(({ storePaths }) => storePaths);
const RISK_OURS = ALL.filter((path) => ORDER.generated.has(path) && !CHANNEL.includes(path));
const RISK_PACKAGES = ALL.filter((path) => !ORDER.generated.has(path) && !CHANNEL.includes(path));

for (const [maxLayers, expected] of [
  [
    5,
    [
      layer(RISK_PACKAGES),
      layer(CHANNEL),
      layer(RISK_OURS),
      layer([], true),
      layer([], false, true),
    ],
  ],
  [4, [layer(RISK_PACKAGES), layer(CHANNEL), layer(RISK_OURS, true), layer([], false, true)]],
  [3, [layer(RISK_PACKAGES), layer(CHANNEL), layer(RISK_OURS, true, true)]],
  [
    2,
    [
      layer(ALL.filter((path) => !ORDER.generated.has(path))),
      layer(
        ALL.filter((path) => ORDER.generated.has(path)),
        true,
        true,
      ),
    ],
  ],
  [1, [layer(ALL, true, true)]],
] as const)
  test(`by closure risk, ${maxLayers} layers keep apart what changes most`, () => {
    assert.deepEqual(assignLayers({ ...RISK, maxLayers }), expected);
  });

test("by closure risk, a program's files follow in a layer that is not counted", () => {
  const layers = assignLayers({ ...RISK, maxLayers: 5, files: true });
  assert.equal(layers.length, 6);
  assert.equal(layers.at(-1)?.files, true);
});

test("by closure risk, a channel without nixpkgs is a generated path", () => {
  const [channel = ""] = CHANNEL.filter((path) => ORDER.generated.has(path));
  const groups = [[StorePath.parse(channel)]];
  const empty = { ...RISK, groups, references: () => [], baseSystemReferences: PACKAGES };
  assert.deepEqual(assignLayers({ ...empty, maxLayers: 4 }), [
    layer(PACKAGES),
    layer(groups.flat()),
    layer([], true),
    layer([], false, true),
  ]);
});

test("by closure risk, an image never has more layers than an overlay mount takes", () => {
  for (const files of [false, true])
    assert.ok(assignLayers({ ...RISK, maxLayers: 127, files }).length <= MAX_IMAGE_LAYERS);
});
