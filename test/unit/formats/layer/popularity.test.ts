import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { byPopularity } from "../../../../provider/formats/layer/popularity.ts";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";
import { ORDER } from "./vectors.ts";

const path = (digit: string, name: string): StorePath =>
  StorePath.parse(`/nix/store/${digit.repeat(32)}-${name}`);

/** Number of ways that end at a path, counted the slow way. */
function waysTo(target: StorePath): number {
  const users = [...ORDER.references].filter(
    ([from, to]) => from !== target && to.includes(target),
  );
  return users.reduce((sum, [from]) => sum + waysTo(from), 1);
}

const own = ORDER.references.get(ORDER.baseSystem) ?? [];
const paths = new Map([...ORDER.references].filter(([from]) => from !== ORDER.baseSystem));

test("orders a real image as nix2container does, but for ties", () => {
  const input = { paths, baseSystemReferences: own, generated: ORDER.generated };
  const grouped = new Set(ORDER.layers.slice(0, 4).flat());
  const ours = byPopularity(input).filter((each) => !grouped.has(each));
  const theirs = ORDER.layers.slice(4).flat();
  assert.deepEqual(new Set(ours), new Set(theirs));
  assert.deepEqual(ours.map(waysTo), theirs.map(waysTo));
});

test("hashes of generated paths do not change the order", () => {
  const rename = new Map(
    [...ORDER.generated].map((each, index) => [each, path(String(index), StorePath.name(each))]),
  );
  const renamed = (each: StorePath): StorePath => rename.get(each) ?? each;
  const before = byPopularity({ paths, baseSystemReferences: own, generated: ORDER.generated });
  const after = byPopularity({
    paths: new Map([...paths].map(([from, to]) => [renamed(from), to.map(renamed)])),
    baseSystemReferences: own.map(renamed),
    generated: new Set([...ORDER.generated].map(renamed)),
  });
  assert.deepEqual(after, before.map(renamed));
});

test("ties go by first sight, the last seen first", () => {
  const [a, b, c, d] = [path("0", "a"), path("1", "b"), path("2", "c"), path("3", "d")];
  const generated = new Set<StorePath>();
  // a is seen first, then its reference d, then b, then c.
  const input = { paths: new Map([[a, [d]], [b, []], [c, [d]], [d, []]]), generated }; // prettier-ignore
  assert.deepEqual(byPopularity({ ...input, baseSystemReferences: [] }), [d, c, b, a]);
  assert.deepEqual(byPopularity({ ...input, baseSystemReferences: [a] }), [d, a, c, b]);
});

test("generated paths are seen after all others, by name", () => {
  const [early, late, store] = [path("9", "early"), path("0", "late"), path("5", "store")];
  const generated = new Set([early, late]);
  const references = new Map([[late, []], [early, []], [store, []]]); // prettier-ignore
  const order = byPopularity({ paths: references, baseSystemReferences: [], generated });
  assert.deepEqual(order, [late, early, store]);
});

test("a path that refers to itself counts once", () => {
  const [a, b] = [path("0", "a"), path("1", "b")];
  const input = { baseSystemReferences: [], generated: new Set<StorePath>() };
  assert.deepEqual(byPopularity({ ...input, paths: new Map([[a, [a]], [b, []]]) }), [b, a]); // prettier-ignore
});

test("ways beyond 64 bits still order", () => {
  const digits = "0123456789abcdfghijklmnpqrsvwxyz";
  const chain = [...digits].flatMap((one) =>
    ["0", "1", "2", "3"].map((two) => StorePath.parse(`/nix/store/${one.repeat(31)}${two}-x`)),
  );
  // Each refers to all before it, so ways double with every path: 2^127 at the first.
  const references = new Map(chain.map((each, index) => [each, chain.slice(0, index)]));
  const generated = new Set<StorePath>();
  assert.deepEqual(byPopularity({ paths: references, baseSystemReferences: [], generated }), chain);
});

test("refuses references in a circle", () => {
  const [a, b, c] = [path("0", "a"), path("1", "b"), path("2", "c")];
  const references = new Map([[a, [b]], [b, [a]], [c, [a]]]); // prettier-ignore
  assert.throws(
    () =>
      byPopularity({
        paths: references,
        baseSystemReferences: [],
        generated: new Set<StorePath>(),
      }),
    { code: "REFERENCE_CYCLE" },
  );
});

test("the order of the map does not matter", () => {
  const entries = [...paths];
  const wanted = byPopularity({ paths, baseSystemReferences: own, generated: ORDER.generated });
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
      const input = { baseSystemReferences: own, generated: ORDER.generated };
      assert.deepEqual(byPopularity({ ...input, paths: new Map(shuffled) }), wanted);
    }),
    { numRuns: 20 },
  );
});
