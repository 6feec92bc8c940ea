/** What an engine has kept of an earlier release of this package, under this one. */
import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { test } from "node:test";
import {
  GOLDEN_PLUGIN_STACKS,
  goldenStacks,
  NAMED_IMAGES,
  type GoldenStack,
} from "./fixtures/golden-stack.ts";
import { assertNothingAsked, changes, done, recorded } from "./fixtures/image-results.ts";
import { FACE, given, withImage } from "./fixtures/with-image.ts";
import type { Checkpoint } from "./host/checkpoint.ts";

test("a stack in any earlier format shows no change on a machine that has only its state", async () => {
  const stacks = goldenStacks();
  assert.equal(stacks[0]?.name, "v1");
  // Over the plugin, these stacks move to it.
  const plugins = FACE === "plugin" ? goldenStacks(GOLDEN_PLUGIN_STACKS) : [];
  for (const stack of [...stacks, ...plugins]) await replay(stack);
});

async function replay(golden: GoldenStack): Promise<void> {
  await withImage(NAMED_IMAGES, async ({ host, registry, packages, world }) => {
    // Its lock names a cache that is not there: whatever is fetched fails.
    await copyFile(golden.lockFile, world.lockFile);
    host.state = JSON.parse(golden.deployment(registry.host)) as Checkpoint;
    const before = new Map(Object.keys(golden.args).map((name) => [name, recorded(host, name)]));
    assert.deepEqual(changes(await done(host.preview(given(golden.args)))), [], golden.name);
    assert.deepEqual(changes(await done(host.up(given(golden.args)))), [], golden.name);
    for (const [name, outputs] of before) assert.deepEqual(recorded(host, name), outputs, name);

    // What it knows of layers and packages is known: another setting needs no download.
    const setting = { ...golden.args, lix: { ...golden.args["lix"], nixConf: { cores: 8 } } };
    const next = await done(host.preview(given(setting)));
    assert.deepEqual(changes(next), ["update lix"]);
    assertNothingAsked({ registry, packages });
  });
}
