import assert from "node:assert/strict";
import { test } from "node:test";
import * as outputs from "../../../provider/resource/given-outputs.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { UNKNOWN } from "../../../provider/arguments/unknown.ts";
import { OutputNames } from "../../../provider/arguments/output-names.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";

const givenOutputs = (olds: PropertyMap, news: PropertyMap): ReadonlySet<string> =>
  outputs.givenOutputs({ outputsBefore: [] }, outputs.outputsIn(olds), outputs.outputsIn(news));

const OLDS = {
  tag: "latest",
  digest: "sha256:00",
  taggedRefs: ["ghcr.io/acme/lix:latest"],
  labels: { "org.opencontainers.image.version": "2.93.3", other: "x" },
};

test("an output among the arguments is a mistake, whatever its name and value", () => {
  for (const name of OutputNames.keys())
    for (const value of ["", "x", null, [], {}, 7, UNKNOWN])
      assert.deepEqual([...givenOutputs({ tag: "a" }, { tag: "b", [name]: value })], [name]);
});

test("another value than the state's is a mistake too", () => {
  for (const news of [
    { digest: "sha256:01" },
    { digest: UNKNOWN },
    { taggedRefs: [] },
    { taggedRefs: ["ghcr.io/acme/lix:v2"] },
    { labels: { ...OLDS.labels, mine: "y" } },
    { labels: { other: "y" } },
    { labels: {} },
    { labels: "x" },
  ])
    assert.equal(givenOutputs(OLDS, news).size, 1, JSON.stringify(news));
});

test("what ignoreChanges copies from the state, whole or in part, is none", () => {
  assert.deepEqual([...givenOutputs(OLDS, { ...OLDS, tag: "v2" })], []);
  assert.deepEqual([...givenOutputs(OLDS, { labels: { other: "x" } })], []);
  assert.deepEqual([...givenOutputs(OLDS, { tag: "v2" })], []);
});

test("no output has the name of an argument", () => {
  const names = Object.keys(LixImageInputs.shape);
  assert.deepEqual(
    names.filter((name) => OutputNames.has(name)),
    [],
  );
});
