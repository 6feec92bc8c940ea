import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { test } from "node:test";
import { Session } from "../../../provider/build/session.ts";
import { check } from "../../../provider/lifecycle/check.ts";
import { isUnknown, PREVIEW_OUTPUTS, UNKNOWN } from "../../../provider/lifecycle/unknown.ts";
import type { Wire } from "../../../provider/lifecycle/wire.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";

const newsOf = (workshop: Workshop, args: Wire): Wire => ({
  lock: workshop.world.lockFile,
  registry: `${workshop.registry.host}/acme`,
  lixRevision: "abc",
  __provider: "text",
  __dryRun: true,
  ...args,
});

/** The outputs that are unknown, and the inputs. */
async function preview(session: Session, news: Wire, olds: Wire = {}) {
  const { inputs, failures } = await check(session, olds, news);
  assert.deepEqual(failures, []);
  return { inputs, unknown: PREVIEW_OUTPUTS.filter((name) => inputs[name] === UNKNOWN) };
}

const CONTENTS = ["ref", "digest", "taggedRefs", "platforms", "size", "planKey"];

/** What is unknown, and the outputs that are then, where the packages were seen before. */
type Dependence = readonly [what: string, args: Wire, unknown: readonly string[]];

const OF_TARGETS: readonly Dependence[] = [
  ["registry", { registry: UNKNOWN }, ["ref", "taggedRefs"]],
  ["name", { name: UNKNOWN }, ["ref", "taggedRefs"]],
  ["tag", { tag: UNKNOWN }, ["taggedRefs"]],
  ["an extra tag", { extraTags: ["a", UNKNOWN] }, ["taggedRefs"]],
  ["archives", { archives: [{ type: "oci-layout", path: UNKNOWN }] }, []],
  ["deleteFromRegistry", { deleteFromRegistry: UNKNOWN }, []],
];

// A tag without placeholders does not depend on the contents.
const IMAGE = CONTENTS.filter((name) => name !== "taggedRefs");
const OF_CONTENTS: readonly Dependence[] = [
  ["a setting", { nixConf: { a: { b: UNKNOWN } } }, IMAGE],
  ["a setting, and a tag that follows from it", { nixConf: UNKNOWN, tag: "{planKey}" }, CONTENTS],
  ["maxLayers", { maxLayers: UNKNOWN }, IMAGE],
  ["compression", { compression: UNKNOWN }, IMAGE],
  ["extraPkgs", { extraPkgs: [UNKNOWN] }, [...IMAGE, "packages"]],
  ["lixRevision", { lixRevision: UNKNOWN }, [...IMAGE, "revision", "labels"]],
  ["lock", { lock: UNKNOWN }, PREVIEW_OUTPUTS],
];

test("an unknown argument makes unknown what depends on it, and nothing else", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new Session(workshop.cache);
    const known = await preview(session, newsOf(workshop, {}));
    assert.deepEqual(known.unknown, []);
    for (const [what, args, expected] of [...OF_TARGETS, ...OF_CONTENTS]) {
      const { inputs, unknown } = await preview(session, newsOf(workshop, args));
      assert.deepEqual([...unknown].sort(), [...expected].sort(), what);
      for (const name of Object.keys(args))
        assert.equal(isUnknown(inputs[name]), isUnknown(args[name]), `${what}: ${name}`);
      for (const name of PREVIEW_OUTPUTS)
        if (!unknown.includes(name)) assert.deepEqual(inputs[name], known.inputs[name], what);
    }
  });
});

test("while the contents are unknown nothing is fetched, on a machine that knows nothing", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new Session(workshop.cache);
    for (const [what, args] of OF_CONTENTS) {
      const { inputs } = await preview(session, newsOf(workshop, args));
      assert.equal(inputs["digest"], UNKNOWN, what);
    }
    assert.deepEqual(globSync("**/{blobs,listings}/*", { cwd: workshop.cache }), []);
  });
});

test("what is wrong is told although something else is unknown", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new Session(workshop.cache);
    const news = newsOf(workshop, {
      nixConf: UNKNOWN,
      extraPkgs: ["jqq"],
      maxLayers: 0,
      foo: UNKNOWN,
    });
    const { failures } = await check(session, {}, news);
    const said = failures.map(({ reason }) => reason).join("\n");
    for (const each of [/jqq/, /maxLayers/, /foo: unknown argument/]) assert.match(said, each);
    const lockless = await check(session, {}, newsOf(workshop, { lock: UNKNOWN, tag: "-" }));
    assert.match(lockless.failures[0]?.reason ?? "", /not a tag/);
  });
});

test("previewDigests: false fetches nothing in a preview, keeps the state, and is whole in up", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new Session(workshop.cache);
    const news = newsOf(workshop, { previewDigests: false });
    const before = await preview(session, news, { __state: "whatever was there" });
    for (const name of IMAGE) assert.equal(before.inputs[name], UNKNOWN, name);
    assert.equal(before.inputs["__state"], "whatever was there");
    assert.equal(workshop.cachedBlobs(), 0);
    const up = await preview(session, { ...news, __dryRun: false });
    assert.deepEqual(up.unknown, []);
    const after = await preview(session, news);
    assert.deepEqual(after.unknown, [], "what is known needs no download");
  });
});

test("an unknown is found at any depth", () => {
  for (const value of [UNKNOWN, [UNKNOWN], { a: [{ b: UNKNOWN }] }])
    assert.ok(isUnknown(value), JSON.stringify(value));
  for (const value of [undefined, null, "", [], {}, { [UNKNOWN]: 1 }, `x${UNKNOWN}`])
    assert.ok(!isUnknown(value), JSON.stringify(value));
});

test("an unknown that would decide what the lock must hold is no mistake", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new Session(workshop.cache);
    const systems = await preview(session, newsOf(workshop, { systems: [UNKNOWN] }));
    assert.equal(systems.inputs["digest"], UNKNOWN);
    const nixpkgs = await preview(session, newsOf(workshop, { bundleNixpkgs: UNKNOWN }));
    assert.equal(nixpkgs.inputs["digest"], UNKNOWN);
  });
});
