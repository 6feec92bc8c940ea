/** A check or diff that was answered before, on this machine and by this version. */
import assert from "node:assert/strict";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { diff } from "../../../provider/pulumi/diff.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { Unchanged } from "../../../provider/resource/unchanged.ts";
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

/** Checks it once more, and says whether the next check need not. */
async function isRemembered({ session, args, inputs, workshop }: Image): Promise<boolean> {
  const key = await Unchanged.check(inputs, args, workshop.folder);
  assert.equal(await session.cache.unchanged.has(key), false);
  assert.deepEqual(
    (await check(session, inputs, args, { directory: workshop.folder, key })).inputs,
    inputs,
  );
  return session.cache.unchanged.has(key);
}

test("a check that answers what stands in the state is remembered, for these values alone", () =>
  withImage({}, async (image) => {
    const { args, inputs, session, workshop } = image;
    const { folder, world } = workshop;
    assert.equal(await isRemembered(image), true);
    const knows = async (olds: PropertyMap, news: PropertyMap, directory = folder) =>
      session.cache.unchanged.has(await Unchanged.check(olds, news, directory));
    assert.equal(await knows(inputs, { ...args, __dryRun: true }), true, "previews, too");
    assert.equal(await knows(inputs, { ...args, nixConf: { cores: 2 } }), false);
    assert.equal(await knows({ ...inputs, digest: "another" }, args), false, "an edited state");
    assert.equal(await knows(inputs, { ...args, __provider: "other" }), false);
    assert.equal(await knows(inputs, args, join(folder, "elsewhere")), false);
    assert.equal(await knows({}, args), false, "no state");
    await appendFile(world.lockFile, "\n");
    assert.equal(await knows(inputs, args), false, "another lock");
  }));

test("a diff without a change is remembered, and one with a change is not", () =>
  withImage({}, async ({ session, inputs: news, workshop: { folder: directory } }) => {
    const knows = async (olds: PropertyMap) =>
      session.cache.unchanged.has(await Unchanged.diff(olds, news, directory));
    for (const drift of [[], ["the tag is gone"]]) {
      const olds = { ...news, drift };
      const key = await Unchanged.diff(olds, news, directory);
      const { changes } = await diff(session, { id: "", olds, news, directory, key });
      assert.equal(changes, drift.length > 0);
      assert.equal(await knows(olds), !changes);
    }
  }));

const WARNED: readonly (readonly [what: string, args: PropertyMap, without?: string])[] = [
  ["about a setting", { nixConf: { "no-such-setting": 1 } }],
  ["about what the lock could have", { compat: { githubActions: true } }, "nix-ld"],
];

for (const [what, args, without] of WARNED)
  test(`a check with a warning ${what} is not remembered, because each operation repeats the warning`, () =>
    withImage(
      args,
      async (image) => {
        const warnings = await warningsOf(async () =>
          assert.equal(await isRemembered(image), false),
        );
        assert.deepEqual(warnings, [], "once in this session");
      },
      without,
    ));

test("a check that reads files beside the lock is not remembered", () =>
  withWorkshop({}, async ({ folder }) => {
    const olds = { lock: "lock" };
    await writeFile(join(folder, "lock"), "");
    const keyOf = (news: PropertyMap) => Unchanged.check(olds, news, folder);
    assert.notEqual(await keyOf({}), undefined);
    assert.equal(await keyOf({ files: { "/etc/motd": { source: "motd" } } }), undefined);
    assert.equal(await keyOf({ flakeRegistry: "registry.json" }), undefined);
    assert.equal(await Unchanged.check({ lock: "no-such-lock" }, {}, folder), undefined);
  }));
