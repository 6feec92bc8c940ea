/** The goals of closure-risk, on short series of updates. `npm run bench -- --layering` shows long ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";
import type { Closure } from "../../../bench/layering/closure.ts";
import { madeUpPackages } from "../../../bench/layering/packages.ts";
import { random } from "../../../bench/layering/random.ts";
import { replay, type Replayed } from "../../../bench/layering/replay.ts";
import { PACES, revisions, type Pace } from "../../../bench/layering/revisions.ts";
import { STRATEGIES, type Layers } from "../../../bench/layering/strategies.ts";

const LAYERS = 40;
const SEEDS = [1, 2, 3];

/** About 125 paths, and 10 updates of them. */
const seriesOf = (pace: Pace, seed: number): Closure[] => [
  ...revisions(madeUpPackages(92, random(seed)), { ...pace, updates: 10 }, seed),
];

function replayed(name: string, series: readonly Closure[]): Replayed {
  const strategy = STRATEGIES.find((each) => each.name === name);
  assert.ok(strategy, name);
  return replay(series, strategy, LAYERS);
}

for (const pace of PACES) {
  const series = SEEDS.map((seed) => seriesOf(pace, seed));
  const risk = series.map((closures) => replayed("closure-risk", closures));

  for (const other of ["size-first", "docker.nix", "popularity", "one layer"])
    test(`closure-risk costs no more than ${other} in any series of updates (${pace.name})`, () => {
      for (const [at, closures] of series.entries()) {
        const theirs = replayed(other, closures);
        for (const what of ["pushed", "pulled", "unpacked"] as const)
          assert.ok((risk[at]?.[what] ?? NaN) <= theirs[what], `${what}, seed ${SEEDS[at]}`);
      }
    });

  test(`with 40 layers, closure-risk pushes at most 1.15 times what one path a layer does (${pace.name})`, () => {
    const pushed = (all: readonly Replayed[]): number =>
      all.reduce((sum, each) => sum + each.pushed, 0);
    const floor = pushed(series.map((closures) => replayed("one path a layer", closures)));
    assert.ok(pushed(risk) / floor <= 1.15, `${pushed(risk) / floor} times`);
    assert.ok(risk.every(({ layers }) => layers <= LAYERS));
  });
}

test("a series of updates is the same each time", () => {
  const [pace] = PACES;
  assert.ok(pace);
  const paths = (): string[][] => seriesOf(pace, 1).map(({ paths }) => [...paths.keys()]);
  assert.deepEqual(paths(), paths());
});

test("a replay tells the layers that a registry lacks from those that a machine downloads and unpacks", () => {
  const pathOf = (name: string, build: number): StorePath =>
    StorePath.parse(`/nix/store/${String(build).repeat(32)}-${name}`);
  const [a, b, c] = [pathOf("a", 0), pathOf("b", 0), pathOf("c", 0)];
  const closure = (...paths: StorePath[]): Closure => ({
    paths: new Map(paths.map((path) => [path, { references: [], narSize: 100 }])),
    groups: [],
  });
  // Another b, and back again.
  const series = [closure(a, b, c), closure(a, pathOf("b", 1), c), closure(a, b, c)];
  const layers = ({ paths }: Closure): Layers => [...paths.keys()].map((path) => [path]);
  assert.deepEqual(
    replay(series, { name: "each", layers }, LAYERS),
    // prettier-ignore
    { strategy: "each", pushed: 100, pulled: 200, unpacked: 400, layers: 3, largest: 100, moved: 0 },
  );
  const before = { name: "one", layers: ({ paths }: Closure): Layers => [[...paths.keys()]] };
  assert.equal(replay([closure(a, b), closure(a, b, c)], before, LAYERS).moved, 1);
});
