import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { LockedSystem } from "../../../provider/lock/lock.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { certainLayers, packageLayer } from "../../../provider/plan/certain-layers.ts";
import { planPlatform, type PlatformPlan } from "../../../provider/plan/platform-plan.ts";
import { inputOf, listingOf, pathOf, planOf, SYSTEM } from "../../support/world/planned.ts";

const keysOf = (plan: PlatformPlan): string[] => plan.layers.map((layer) => layer.key);

/** The layers of `after` that `before` does not have, in words. */
function newLayers(before: PlatformPlan, after: PlatformPlan): string[] {
  const known = new Set(keysOf(before));
  return after.layers
    .filter((layer) => !known.has(layer.key))
    .flatMap(({ contents }) => [
      ...contents.storePaths.map(StorePath.name),
      ...(contents.baseSystem ? ["base system"] : []),
      ...(contents.database ? ["database"] : []),
    ]);
}

test("equal arguments give equal plans", () => {
  const [one, other] = [planOf(), planOf()];
  assert.equal(one.planKey, other.planKey);
  assert.deepEqual(keysOf(one), keysOf(other));
});

test("the order of nixConf's keys does not matter", () => {
  const one = planOf({ nixConf: { cores: 4, "max-jobs": 2 } });
  const other = planOf({ nixConf: { "max-jobs": 2, cores: 4 } });
  assert.equal(one.planKey, other.planKey);
});

test("an explicit default causes no change", () => {
  const spelled = planOf({
    nixConf: { sandbox: false, "build-users-group": "nixbld" },
    compression: { algorithm: "gzip", level: 4 },
    channelName: "nixpkgs",
    maxLayers: 100,
  });
  assert.equal(spelled.planKey, planOf().planKey);
});

test("an attribute and a path that no package of the image needs change nothing", () => {
  const unused = StorePath.fromBaseName(`${"0".repeat(32)}-unused-1.0`);
  const glibc = SYSTEM.paths.get(pathOf("glibc"));
  const curl = SYSTEM.packages.get("curl");
  assert.ok(glibc !== undefined && curl !== undefined);
  const outputs = new Map([["out", unused]]);
  const more: LockedSystem = {
    ...SYSTEM,
    packages: new Map([
      ...SYSTEM.packages,
      ["unused", { ...curl, attribute: "unused", outputs, defaultOutput: "out" }],
    ]),
    paths: new Map([
      ...SYSTEM.paths,
      [unused, { ...glibc, storePath: unused, narHash: NarHash.of(Buffer.of(0)), references: [] }],
    ]),
  };
  assert.equal(planOf({}, more).planKey, planOf().planKey);
});

test("a changed nixConf changes the base system's layer and no other", () => {
  const [before, after] = [planOf(), planOf({ nixConf: { cores: 1 } })];
  assert.deepEqual(newLayers(before, after), ["base system"]);
  assert.equal(after.layers.length, before.layers.length);
  assert.notEqual(after.planKey, before.planKey);
});

test("one more package changes the layers of its paths, the profile, the base system and the database", () => {
  const [before, after] = [planOf(), planOf({ extraPkgs: ["tree"] })];
  assert.deepEqual(newLayers(before, after).sort(), [
    "base system",
    "database",
    "manifest.nix",
    "tree-2.1.1",
    "user-environment",
  ]);
});

test("a label changes the image but no layer", () => {
  const [before, after] = [planOf(), planOf({ lixRevision: "abc" })];
  assert.deepEqual(keysOf(after), keysOf(before));
  assert.notEqual(after.planKey, before.planKey);
});

test("another compression or level changes the key of every layer", () => {
  const plans = [
    planOf(),
    planOf({ compression: { algorithm: "gzip", level: 9 } }),
    planOf({ compression: "zstd" }),
  ];
  const keys = plans.flatMap(keysOf);
  assert.equal(new Set(keys).size, keys.length);
});

test("without nixpkgs the image has no path of it", () => {
  assert.ok(planOf().paths.has(SYSTEM.nixpkgs ?? pathOf("jq")));
  assert.ok(!planOf({ bundleNixpkgs: false }).paths.has(SYSTEM.nixpkgs ?? pathOf("jq")));
});

test("requests only the listings that it needs", () => {
  const asked = new Set<StorePath>();
  for (;;) {
    const result = planPlatform(inputOf({ extraPkgs: ["propagator"] }), (path) =>
      asked.has(path) ? listingOf(path) : undefined,
    );
    if (result.kind === "planned") {
      assert.deepEqual(result.plan.planKey, planOf({ extraPkgs: ["propagator"] }).planKey);
      break;
    }
    assert.ok(result.paths.length > 0);
    for (const path of result.paths) {
      assert.ok(!asked.has(path), `${path} is asked for twice`);
      asked.add(path);
    }
  }
  assert.ok(asked.has(pathOf("tree")), "what a package propagates is in the profile too");
  assert.ok(!asked.has(pathOf("glibc")), "a library that nobody installs is not");
  assert.ok(!asked.has(SYSTEM.nixpkgs ?? pathOf("tree")));
});

const EXTRA = ["jq", "tree", "curl.dev", "curl-wrapper", "oddnames", "bind.dnsutils", "propagator"];
const someArguments = fc.record({
  extraPkgs: fc.subarray(EXTRA),
  maxLayers: fc.integer({ min: 1, max: 127 }),
  bundleNixpkgs: fc.boolean(),
  layering: fc.constantFrom("docker.nix" as const, "closure-risk" as const),
});

test("every path is in exactly one layer, with base system and database last, for every maxLayers", () => {
  fc.assert(
    fc.property(someArguments, (args) => {
      const { layers, paths, generated } = planOf(args);
      const placed = layers.flatMap((layer) => layer.contents.storePaths);
      assert.deepEqual([...placed].sort(), [...paths.keys()].sort());
      for (const path of generated.keys()) assert.ok(paths.has(path), path);
      for (const info of paths.values())
        for (const reference of info.references)
          assert.ok(paths.has(reference), `${info.storePath} needs ${reference}`);
      // In docker.nix, three groups and the channel go before those that are counted.
      assert.ok(layers.length <= args.maxLayers + (args.layering === "docker.nix" ? 4 : 0));
      assert.ok(layers.at(-1)?.contents.database);
      assert.ok(layers.slice(-2).some((layer) => layer.contents.baseSystem));
    }),
    { numRuns: 40 },
  );
});

test("the layers that are built before the plan is known are layers of the plan", () => {
  fc.assert(
    fc.property(someArguments, (args) => {
      const input = inputOf(args);
      const keys = new Set(keysOf(planOf(args)));
      for (const contents of certainLayers(input))
        assert.ok(keys.has(packageLayer(contents, input).key), contents.storePaths.join(" "));
    }),
    { numRuns: 40 },
  );
});
