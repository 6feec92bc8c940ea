/** The plugin under a real engine. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { PLUGIN_IMAGE, withPluginStack } from "./fixtures/plugin.ts";
import { StackState } from "./fixtures/stack-state.ts";

test(
  "a stack moves from the dynamic provider to the plugin with no change of the image",
  NO_ENGINE,
  () =>
    withPluginStack(PLUGIN_IMAGE, async (stack) => {
      const { env } = stack;
      stack.env = { ...env, DYNAMIC: "1" };
      await stack.up();
      const { digest } = StackState.image(await stack.state());
      stack.registry.log.length = 0;

      stack.env = env;
      await stack.run("preview", "--expect-no-changes");
      await stack.up("--expect-no-changes");
      assert.equal((await stack.state()).get("lix")?.type, "lix:index:LixImage");
      assert.deepEqual(stack.registry.log, []);
      await stack.refresh("--expect-no-changes");

      stack.give({ nixConf: { cores: 4 } });
      await stack.up();
      const after = await stack.state();
      assert.notEqual(StackState.image(after).digest, digest);
      assert.equal(stack.tagged(), StackState.image(after).digest);
      assert.ok(!("__provider" in (after.get("lix")?.outputs ?? {})));
      await stack.up("--refresh", "--expect-no-changes");
    }),
);

test(
  "a preview names what differs; replaceOnChanges replaces, and customTimeouts end a push",
  NO_ENGINE,
  () =>
    withPluginStack(PLUGIN_IMAGE, async (stack) => {
      await stack.up();
      stack.give({ nixConf: { cores: 4 }, extraPkgs: ["tree"] });
      const shown = await stack.run("preview", "--diff");
      assert.match(shown.text, /~ digest +: "sha256:/);
      assert.match(shown.text, /cores/);
      assert.match(shown.text, /\+ tree-2\.1\.1/);
      const options = { replaceOnChanges: ["extraPkgs"] };
      stack.env = { ...stack.env, OPTIONS: JSON.stringify(options) };
      assert.match((await stack.run("preview")).text, /replace/);

      const customTimeouts = { update: "1s" };
      stack.env = { ...stack.env, OPTIONS: JSON.stringify({ customTimeouts }) };
      stack.registry.faults.push({ method: "PUT", times: Infinity, act: { kind: "hang" } });
      const late = await stack.refuse("up", "--yes", "--skip-preview");
      assert.match(late, /update: not done within 1 s/);
    }),
);

test(
  "pulumi import takes over an image, and with the right arguments nothing changes",
  NO_ENGINE,
  () =>
    withPluginStack(PLUGIN_IMAGE, async (stack) => {
      await stack.up();
      const { digest } = StackState.image(await stack.state());
      await stack.destroy();
      assert.equal(stack.tagged(), digest, "kept");
      stack.registry.log.length = 0;
      const id = `${stack.registry.host}/lix:latest`;
      const parent = ["--protect=false", "--generate-code=false", "--yes"];
      await stack.run("import", "lix:index:LixImage", "lix", id, ...parent);
      const puts = (): number => stack.registry.count("PUT");
      await stack.up();
      assert.deepEqual([puts(), StackState.image(await stack.state()).digest], [0, digest]);
      await stack.up("--refresh", "--expect-no-changes");
      await stack.refuse("import", "lix:index:LixImage", "other", `${id}-not`, ...parent);
    }),
);

test("^C ends a push within a second, and leaves nothing; the next up finishes", NO_ENGINE, () =>
  withPluginStack(PLUGIN_IMAGE, async (stack) => {
    stack.registry.faults.push({ method: "PUT", times: Infinity, act: { kind: "hang" } });
    const up = stack.start("up", "--yes", "--skip-preview");
    while (stack.registry.count("PUT") === 0 && up.child.exitCode === null) await sleep(20);
    up.child.kill("SIGINT");
    const { code, text } = await up.ended;
    assert.notEqual(code, 0, text);
    assert.match(text, /cancelled/);
    assert.equal(stack.tagged(), undefined);
    const cache = stack.env["LIX_IMAGE_CACHE"] ?? "";
    const files = readdirSync(cache, { recursive: true }).map(String);
    assert.deepEqual(
      files.filter((file) => file.endsWith(".tmp")),
      [],
    );
    stack.registry.faults.length = 0;
    await stack.up();
    assert.equal(stack.tagged(), StackState.image(await stack.state()).digest);
  }),
);
