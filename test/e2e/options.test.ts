/** Pulumi's resource options. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { StackState } from "./fixtures/stack-state.ts";
import { withStack } from "./fixtures/with-stack.ts";

/** The program with one image, its name, arguments and options as given. */
const image = (options: string, args = "", name = "lix"): string =>
  `new LixImage("${name}", { registry, deleteFromRegistry: true, ${args} }, { ${options} });\n`;

test(
  "ignoreChanges, aliases, protect and retainOnDelete do what they do elsewhere",
  NO_ENGINE,
  async () => {
    await withStack(image("protect: true"), async (stack) => {
      await stack.up();
      const { digest } = StackState.image(await stack.state());

      await stack.write(
        image(`protect: true, ignoreChanges: ["nixConf"]`, "nixConf: { cores: 4 }"),
      );
      await stack.up("--expect-no-changes");

      // Another name by an alias is the same resource.
      await stack.write(image(`protect: true, aliases: [{ name: "lix" }]`, "", "renamed"));
      const renamed = await stack.up();
      assert.doesNotMatch(renamed.text, /created|deleted|replaced/);
      assert.equal(StackState.image(await stack.state(), "renamed").digest, digest);

      assert.match(await stack.refuse("destroy", "--yes", "--skip-preview"), /protect/);
      assert.equal(stack.tagged(), digest);

      await stack.write(image("retainOnDelete: true", "", "renamed"));
      await stack.up();
      await stack.destroy();
      assert.equal((await stack.state()).size, 0);
      assert.equal(stack.tagged(), digest);
      assert.equal(stack.registry.count("DELETE"), 0);
    });
  },
);
