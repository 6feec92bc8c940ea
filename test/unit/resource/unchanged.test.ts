/** A check that the same code has answered before. */
import assert from "node:assert/strict";
import { appendFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { recall } from "../../../provider/resource/recall.ts";
import { Unchanged, type CheckKeyParts } from "../../../provider/resource/unchanged.ts";
import { warningsOf } from "../../support/warnings.ts";
import { BASE_PACKAGES } from "../../support/world/base-packages.ts";
import { COMPAT_PACKAGES } from "../../support/world/compat-packages.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";

interface Image {
  readonly workshop: Workshop;
  readonly session: ResourceSession;
  readonly args: PropertyMap;
  /** What the state has of it. */
  readonly inputs: PropertyMap;
}

/** @param without a package that the lock has not. */
const withImage = (
  more: PropertyMap,
  use: (image: Image) => Promise<void>,
  without?: string,
): Promise<void> =>
  withWorkshop(without === undefined ? {} : { world: worldWithout(without) }, async (workshop) => {
    const { world, registry, cache } = workshop;
    const session = new ResourceSession(cache);
    const args = { lock: world.lockFile, registry: registry.host, __provider: "text", ...more };
    const { inputs, failures } = await check(session, {}, args);
    assert.deepEqual(failures, []);
    await use({ workshop, session, args, inputs });
  });

const worldWithout = (name: string) => ({
  recipes: [...BASE_PACKAGES, ...COMPAT_PACKAGES].filter(({ attribute }) => attribute !== name),
});

const keyOf = ({ args, inputs, workshop }: Image, changed: Partial<CheckKeyParts> = {}) =>
  Unchanged.check({ olds: inputs, news: args, directory: workshop.folder, ...changed });

/** Whether the state answers the next check, on any machine. */
const isAnswered = async (image: Image, changed: Partial<CheckKeyParts> = {}) =>
  (changed.olds ?? image.inputs)["__unchanged"] === (await keyOf(image, changed));

test("a check of an unchanged image is answered by the state, for these values alone", () =>
  withImage({}, async (image) => {
    const { args, inputs, session, workshop } = image;
    assert.equal(await isAnswered(image), true);
    const elsewhere = new ResourceSession(join(workshop.folder, "other-machine"));
    assert.deepEqual((await check(elsewhere, inputs, args)).inputs, inputs, "as all its work does");
    assert.equal(await session.cache.unchanged.has(await keyOf(image)), false);

    const answers = (news: PropertyMap, olds = inputs) => isAnswered(image, { news, olds });
    assert.equal(await answers({ ...args, __dryRun: true }), true, "previews, too");
    assert.equal(await answers({ ...args, nixConf: { cores: 2 } }), false);
    assert.equal(await answers({ ...args, __provider: "other" }), false);
    const edited = { digest: "another", planKey: undefined, lock: "another", drift: ["gone"] };
    for (const [name, value] of Object.entries(edited))
      assert.equal(await answers(args, { ...inputs, [name]: value }), false, `edited ${name}`);
    assert.equal(await keyOf(image, { olds: {} }), undefined, "no state");
    await appendFile(workshop.world.lockFile, "\n");
    assert.equal(await isAnswered(image), false, "another lock");
  }));

test("the state answers wherever the program runs, unless the folder decides which archives are the same", () =>
  withWorkshop({}, async ({ folder, world }) => {
    const lockFile = world.lockFile;
    for (const [more, expected] of [
      [{ registry: "registry.example/acme" }, true],
      [{ archives: [{ type: "oci-layout", path: "image" }] }, false],
    ] as const) {
      const args = { lock: lockFile, ...more };
      const session = new ResourceSession(join(folder, "cache"));
      const { inputs } = await check(session, {}, args, { directory: folder });
      const key = await Unchanged.check({ olds: inputs, news: args, directory: "/elsewhere" });
      assert.equal(inputs["__unchanged"] === key, expected);
    }
  }));

test("a changed argument that the image does not follow from gives the state another key", () =>
  withImage({}, async (image) => {
    const { args, inputs, session } = image;
    const news = { ...args, extraTags: ["second"] };
    const { inputs: olds } = await check(session, inputs, news);
    assert.equal(olds["__state"], inputs["__state"]);
    assert.equal(await isAnswered(image, { olds, news }), true);
  }));

test("a state with the key of another version stays as it is, and this machine remembers the check", () =>
  withImage({}, async (image) => {
    const { args, inputs, session } = image;
    const { __unchanged: _, ...first } = inputs;
    for (const olds of [first, { ...first, __unchanged: "0".repeat(64) }]) {
      assert.equal(await isAnswered(image, { olds }), false);
      assert.deepEqual((await check(session, olds, args)).inputs, olds);
      assert.equal(await session.cache.unchanged.has(await keyOf(image, { olds })), true);
      await rm(join(session.cache.folder, "unchanged"), { recursive: true });
    }
  }));

test("what check answered is part of the state only as long as nothing has drifted", () => {
  const platform = { digest: "sha256:1", size: 1 };
  const news = { lock: "lock", planKey: "one", platforms: { "linux/amd64": platform } };
  const platforms = { "linux/amd64": { ...platform, layers: [] } };
  const olds = { ...news, platforms, layers: [], drift: [] };
  assert.equal(Unchanged.isPartOf(news, olds), true);
  assert.equal(Unchanged.isPartOf(news, { ...olds, drift: ["the tag is gone"] }), false);
  assert.equal(Unchanged.isPartOf(news, news), false, "a state that says nothing of drift");
  assert.equal(Unchanged.isPartOf({ ...news, planKey: "two" }, olds), false);
  assert.equal(Unchanged.isPartOf({ ...news, tag: "latest" }, olds), false);
  const another = { ...platform, digest: "sha256:2" };
  assert.equal(Unchanged.isPartOf({ ...news, platforms: { "linux/amd64": another } }, olds), false);
});

test("a session that is needed later knows the images that were found unchanged without it", () =>
  withImage({}, async ({ args, inputs, workshop }) => {
    const session = new ResourceSession(join(workshop.folder, "other-machine"));
    session.unchanged.set("these inputs", inputs);
    recall(session);
    recall(session);
    assert.equal(session.outputsBefore.length, 1);
    await rm(workshop.world.cacheFolder, { recursive: true });
    // The second check of a replacement gets no state.
    const { inputs: second, failures } = await check(session, {}, { ...args, name: "other" });
    assert.deepEqual(failures, []);
    assert.equal(second["digest"], inputs["digest"]);
  }));

const WARNED: readonly (readonly [what: string, args: PropertyMap, without?: string])[] = [
  ["about a setting", { nixConf: { "no-such-setting": 1 } }],
  ["about what the lock could have", { compat: { githubActions: true } }, "nix-ld"],
];

for (const [what, args, without] of WARNED)
  test(`a check with a warning ${what} is done each time, because each operation repeats the warning`, () =>
    withImage(
      args,
      async (image) => {
        const { session, args: news, inputs } = image;
        assert.equal(inputs["__unchanged"], undefined);
        const warnings = await warningsOf(async () => void (await check(session, inputs, news)));
        assert.deepEqual(warnings, [], "once in this session");
        assert.equal(await session.cache.unchanged.has(await keyOf(image)), false);
      },
      without,
    ));

test("a check that reads further files has no key", () =>
  withWorkshop({}, async ({ folder }) => {
    const olds = { lock: "lock" };
    await writeFile(join(folder, "lock"), "");
    const keyWith = (news: PropertyMap) => Unchanged.check({ olds, news, directory: folder });
    assert.notEqual(await keyWith({}), undefined);
    assert.notEqual(await keyWith({ files: { "/etc/motd": { text: "Hello" } } }), undefined);
    assert.equal(await keyWith({ files: { "/etc/motd": { source: "motd" } } }), undefined);
    assert.equal(await keyWith({ flakeRegistry: "registry.json" }), undefined);
    const missing = { olds: { lock: "no-such-lock" }, news: {}, directory: folder };
    assert.equal(await Unchanged.check(missing), undefined);
  }));
