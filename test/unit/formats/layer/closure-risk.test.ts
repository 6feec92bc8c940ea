import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { byClosureRisk } from "../../../../provider/formats/layer/closure-risk.ts";
import { mergeParts } from "../../../../provider/formats/layer/merge-parts.ts";
import { PathSet } from "../../../../provider/formats/layer/path-set.ts";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";

/** By name: what it refers to, and its size. */
type Graph = Readonly<Record<string, { readonly to?: readonly string[]; readonly size: number }>>;

const KB = 1_000;
const MB = 1_000_000;

/** The hash of a store path has nothing to do with its name. */
const HASHES = ["x", "0", "m", "5", "z"];
const storePath = (name: string, build = 0): StorePath => {
  const digit = HASHES[(name.charCodeAt(name.length - 1) + build) % HASHES.length] ?? "0";
  return StorePath.parse(`/nix/store/${digit.repeat(31)}${build % 10}-${name}`);
};

/** Names of the layers' paths. @param builds how often a path was built again, which changes its hash alone. */
function layersOf(
  graph: Graph,
  maxLayers: number,
  { builds = {}, reverse = false }: { builds?: Record<string, number>; reverse?: boolean } = {},
): string[][] {
  const names = Object.keys(graph);
  const pathOf = new Map(names.map((name) => [name, storePath(name, builds[name])]));
  const nodes = new Map(names.map((name) => [pathOf.get(name), graph[name]]));
  const paths = [...pathOf.values()];
  const layers = byClosureRisk({
    paths: reverse ? paths.reverse() : paths,
    references: (path) => (nodes.get(path)?.to ?? []).flatMap((name) => pathOf.get(name) ?? []),
    sizeOf: (path) => nodes.get(path)?.size ?? 0,
    maxLayers,
  });
  return layers.map((paths) => paths.map((path) => StorePath.name(path)));
}

const TWO_STACKS: Graph = {
  glibc: { size: 30 * MB },
  python: { size: 40 * MB, to: ["glibc"] },
  "python-lib": { size: 20 * MB, to: ["python"] },
  "python-app": { size: 20 * MB, to: ["python-lib"] },
  node: { size: 60 * MB, to: ["glibc"] },
  "node-lib": { size: 20 * MB, to: ["node"] },
  "node-app": { size: 20 * MB, to: ["node-lib"] },
};

test("paths that refer to the same ones share a layer rather than unrelated ones", () => {
  assert.deepEqual(
    layersOf(TWO_STACKS, 5)
      .map((layer) => layer.join(" "))
      .sort(),
    ["glibc", "node", "node-app node-lib", "python", "python-app python-lib"],
  );
});

test("what less can change comes before what more can change", () => {
  assert.deepEqual(layersOf(TWO_STACKS, 7), [
    ["glibc"],
    ["node"],
    ["python"],
    ["node-lib"],
    ["python-lib"],
    ["node-app"],
    ["python-app"],
  ]);
});

test("small paths that change alike share a layer even if there is room for more", () => {
  const layers = layersOf(
    {
      glibc: { size: 30 * MB },
      big: { size: 50 * MB, to: ["glibc"] },
      "doc-a": { size: 1 * KB },
      "doc-b": { size: 1 * KB },
      "doc-c": { size: 1 * KB },
    },
    40,
  );
  assert.deepEqual(layers, [["glibc"], ["big"], ["doc-a", "doc-b", "doc-c"]]);
});

test("a small path is put beside other small ones rather than beside a large one that needs it", () => {
  const layers = layersOf(
    {
      glibc: { size: 30 * MB },
      "small-a": { size: 300 * KB, to: ["glibc"] },
      "small-b": { size: 300 * KB, to: ["glibc"] },
      big: { size: 50 * MB, to: ["glibc", "small-a"] },
    },
    3,
  );
  assert.deepEqual(layers, [["glibc"], ["big"], ["small-a", "small-b"]]);
});

test("what changes with every update is still spread over several layers", () => {
  const inputs = PathSet.of(new Set(Array.from({ length: 3_000 }, (_, at) => at)), 3_000);
  const parts = Array.from({ length: 20 }, (_, at) => ({
    members: [at],
    size: 10 * MB,
    inputs,
    inputCount: 3_000,
  }));
  const merged = mergeParts(parts, { edges: parts.map(() => []), maxParts: 10 });
  // Four times the average, and the next power of two.
  assert.ok(Math.max(...merged.map(({ size }) => size)) <= 2 ** 27);
  assert.equal(merged.flatMap(({ members }) => members).length, parts.length);
});

test("one layer holds everything where only one is allowed", () => {
  assert.deepEqual(layersOf(TWO_STACKS, 1), [Object.keys(TWO_STACKS).sort()]);
});

test("nothing makes no layer", () => {
  assert.deepEqual(layersOf({}, 40), []);
});

const graphs = fc
  .array(
    fc.record({
      to: fc.array(fc.nat(), { maxLength: 4 }),
      size: fc.integer({ min: 112, max: 2 ** 28 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((nodes): Graph =>
    Object.fromEntries(
      nodes.map(({ to, size }, at) => [
        `p${at}`,
        // A path may refer to itself.
        { size, to: at === 0 ? ["p0"] : to.map((each) => `p${each % (at + 1)}`) },
      ]),
    ),
  );
const limits = fc.integer({ min: 1, max: 50 });

test("each path is in one layer, and there are no more layers than allowed", () => {
  fc.assert(
    fc.property(graphs, limits, (graph, maxLayers) => {
      const layers = layersOf(graph, maxLayers);
      assert.deepEqual(layers.flat().sort(), Object.keys(graph).sort());
      assert.ok(layers.length <= maxLayers);
      assert.ok(layers.every((layer) => layer.length > 0));
    }),
  );
});

test("neither hashes nor the order of the paths change which paths share a layer", () => {
  fc.assert(
    fc.property(graphs, limits, fc.array(fc.nat({ max: 9 })), (graph, maxLayers, numbers) => {
      const names = Object.keys(graph);
      const builds = Object.fromEntries(names.map((name, at) => [name, numbers[at] ?? 0]));
      const layers = layersOf(graph, maxLayers);
      assert.deepEqual(layersOf(graph, maxLayers, { builds }), layers);
      assert.deepEqual(layersOf(graph, maxLayers, { reverse: true }), layers);
    }),
  );
});

test("a package that grows by a little moves no path", () => {
  const python = { size: 41 * MB, to: ["glibc"] };
  assert.deepEqual(layersOf({ ...TWO_STACKS, python }, 5), layersOf(TWO_STACKS, 5));
});

/** So many that not every path is compared with every other. */
const LARGE: Graph = Object.fromEntries(
  Array.from({ length: 600 }, (_, at) => [
    `p${at}`,
    {
      size: ((at * 7919) % 1_000) * KB + 112,
      to: at === 0 ? [] : ["p0", `p${(at * 31) % at}`, `p${(at * 17) % at}`],
    },
  ]),
);

test("a closure of hundreds of paths gets as many layers as allowed", () => {
  const layers = layersOf(LARGE, 40);
  assert.deepEqual(layers.flat().sort(), Object.keys(LARGE).sort());
  assert.equal(layers.length, 40);
  assert.deepEqual(layersOf(LARGE, 40, { reverse: true }), layers);
});
