/** From a preview to a pushed image, and from one image to the next. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { plannedSteps, StackState } from "./fixtures/stack-state.ts";
import { ONE_IMAGE, withStack } from "./fixtures/with-stack.ts";

test(
  "a preview shows what up pushes, one setting is one layer, destroy keeps",
  NO_ENGINE,
  async () => {
    await withStack(ONE_IMAGE, async (stack) => {
      const { host, log } = stack.registry;
      const steps = plannedSteps(await stack.run("preview", "--json"));
      const { digest, ref } = steps.get("lix")?.newState?.inputs ?? {};
      assert.match(String(digest), /^sha256:[0-9a-f]{64}$/);
      assert.equal(ref, `${host}/lix@${String(digest)}`);
      assert.equal(steps.get("web")?.newState?.inputs?.["image"], ref, "what runs it knows it");
      assert.deepEqual(log, [], "a preview asks no registry");

      const { text } = await stack.up();
      assert.ok(text.includes(`ref       : "${String(ref)}"`), text);
      assert.match(text, /\/lix: 3\d blobs pushed \(.*\), 0 were there/);
      assert.doesNotMatch(text, /building/, "the preview has left all layers in the local cache");
      assert.equal(stack.tagged(), digest);
      const first = StackState.image(await stack.state());
      assert.deepEqual([first.digest, first.ref], [digest, ref]);

      log.length = 0;
      await stack.up("--expect-no-changes");
      assert.deepEqual(log, [], "nothing to do, nobody to ask");

      stack.give({ nixConf: { cores: 4 } });
      const shown = (await stack.run("preview", "--diff")).text;
      assert.doesNotMatch(shown, /__state|__provider|__dryRun/);
      await stack.up();
      const second = StackState.image(await stack.state());
      assert.ok(
        shown.includes(`~ digest            : "${first.digest}" => "${second.digest}"`),
        shown,
      );
      assert.ok(shown.includes(`~ image: "${first.ref}" => "${second.ref}"`), shown);
      const changed = second.layers.filter(
        (layer, at) => layer.digest !== first.layers[at]?.digest,
      );
      // The base system is the last layer but one.
      assert.deepEqual(changed, [second.layers.at(-2)]);

      await stack.destroy();
      assert.equal((await stack.state()).size, 0);
      assert.equal(stack.tagged(), second.digest);
      assert.equal(stack.registry.count("DELETE"), 0);
    });
  },
);
