import assert from "node:assert/strict";
import { test } from "node:test";
import { Owner } from "../../../provider/base/owner.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import type { PathInfo } from "../../../provider/formats/nix/path-info.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import {
  attributesKey,
  databaseKey,
  indexPlanKey,
  layerKey,
  planKey,
  type LayerRecipe,
} from "../../../provider/plan/recipe.ts";

const hash = (text: string): NarHash => NarHash.of(Buffer.from(text));
const path = (name: string): StorePath => StorePath.fromBaseName(`${"0".repeat(32)}-${name}`);

const RECIPE: LayerRecipe = {
  storePaths: [{ baseName: `${"0".repeat(32)}-a`, narHash: hash("a") }],
  baseSystem: undefined,
  baseSystemAttributes: undefined,
  database: undefined,
  storeOwner: Owner.root,
  compression: { algorithm: "gzip", level: 4 },
};

const ROW: PathInfo = {
  storePath: path("a"),
  narHash: hash("a"),
  narSize: 8,
  references: [path("a"), path("b")],
  signatures: ["one:AA==", "two:AA=="],
};

const allDiffer = (keys: readonly string[]): void => assert.equal(new Set(keys).size, keys.length);

test("a LayerKey differs with everything that the layer's bytes depend on", () => {
  const other = { baseName: `${"0".repeat(32)}-b`, narHash: hash("a") };
  allDiffer([
    layerKey(RECIPE),
    layerKey({ ...RECIPE, storePaths: [] }),
    layerKey({ ...RECIPE, storePaths: [other] }),
    layerKey({ ...RECIPE, storePaths: [{ ...other, narHash: hash("b") }] }),
    layerKey({ ...RECIPE, baseSystem: hash("a") }),
    layerKey({ ...RECIPE, baseSystemAttributes: "a" }),
    layerKey({ ...RECIPE, database: "a" }),
    layerKey({ ...RECIPE, storeOwner: { ...Owner.root, uid: 1 } }),
    layerKey({ ...RECIPE, storeOwner: { ...Owner.root, gid: 1 } }),
    layerKey({ ...RECIPE, storeOwner: { ...Owner.root, user: "lix" } }),
    layerKey({ ...RECIPE, storeOwner: { ...Owner.root, group: "lix" } }),
    layerKey({ ...RECIPE, compression: { algorithm: "gzip", level: 5 } }),
    layerKey({ ...RECIPE, compression: { algorithm: "zstd", level: 4 } }),
  ]);
  assert.equal(layerKey({ ...RECIPE }), layerKey(RECIPE));
});

test("modes and owners of a tree have a key at every depth; a tree without them has none", () => {
  const owner = { uid: 1000, gid: 100, user: "lix", group: "users" };
  const plain = Tree.directory({ a: Tree.file("x"), b: Tree.file("x") });
  const [a, b] = [Tree.file("x"), Tree.file("x")];
  assert.equal(attributesKey(plain), undefined);
  const keys = [
    Tree.with(plain, { mode: 0o700 }),
    Tree.with(plain, { owner }),
    Tree.with(plain, { owner: { ...owner, gid: 101 } }),
    Tree.directory({ a: Tree.with(a, { mode: 0o700 }), b }),
    Tree.directory({ a, b: Tree.with(b, { mode: 0o700 }) }),
    Tree.directory({ a, b: Tree.with(b, { mode: 0o701 }) }),
  ].map((tree) => attributesKey(tree) ?? "");
  assert.ok(!keys.includes(""));
  allDiffer(keys);
});

test("the database's key differs with each column that is filled", () => {
  allDiffer([
    databaseKey([ROW]),
    databaseKey([]),
    databaseKey([ROW, ROW]),
    databaseKey([{ ...ROW, storePath: path("c") }]),
    databaseKey([{ ...ROW, narHash: hash("b") }]),
    databaseKey([{ ...ROW, narSize: 9 }]),
    databaseKey([{ ...ROW, references: [] }]),
    databaseKey([{ ...ROW, signatures: [] }]),
    databaseKey([{ ...ROW, ca: "fixed:r:sha256:x" }]),
  ]);
  // These columns stay NULL.
  assert.equal(databaseKey([{ ...ROW, deriver: "x.drv" }]), databaseKey([ROW]));
});

test("a PlanKey depends on layers, their order, config, platform and its variant", () => {
  const plan = {
    layers: ["a", "b"],
    config: { Cmd: ["bash"] },
    platform: { os: "linux", architecture: "arm" },
  };
  allDiffer([
    planKey(plan),
    planKey({ ...plan, layers: ["b", "a"] }),
    planKey({ ...plan, config: { Cmd: ["sh"] } }),
    planKey({ ...plan, platform: { os: "linux", architecture: "arm64" } }),
    planKey({ ...plan, platform: { ...plan.platform, variant: "v7" } }),
  ]);
});

test("the PlanKey of an image of one platform is that platform's; with several it depends on all, in order", () => {
  const key = (name: string) =>
    planKey({ layers: [name], config: {}, platform: { os: "linux", architecture: "amd64" } });
  const [one, other] = [key("one"), key("other")];
  assert.equal(indexPlanKey([one]), one);
  allDiffer([one, other, indexPlanKey([one, other]), indexPlanKey([other, one])]);
});
