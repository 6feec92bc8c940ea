import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { plannedSteps, StackState } from "./fixtures/stack-state.ts";
import { ONE_IMAGE, withStack } from "./fixtures/with-stack.ts";

test(
  "a replaced image stays, unless deleteFromRegistry: then only our own goes",
  NO_ENGINE,
  async () => {
    await withStack(ONE_IMAGE, async (stack) => {
      const tagged = () => ["lix", "next", "last"].map((name) => stack.tagged("latest", name));
      await stack.up();
      const { digest } = StackState.image(await stack.state());
      stack.give({ name: "next", deleteFromRegistry: true });
      const steps = plannedSteps(await stack.run("preview", "--json"));
      assert.match(steps.get("lix")?.op ?? "", /replace/);
      assert.equal(steps.get("lix")?.newState?.inputs?.["digest"], digest);
      await stack.up();
      assert.equal((await stack.state()).get("lix")?.id, `${stack.registry.host}/next`);
      assert.deepEqual(tagged(), [digest, digest, undefined], "the first was not to be removed");

      stack.give({ name: "last", deleteFromRegistry: true });
      await stack.up();
      assert.deepEqual(tagged(), [digest, undefined, digest]);

      // A replacement by hand has the digest and the tag of what it replaces.
      const { urn = "" } = (await stack.state()).get("lix") ?? {};
      await stack.up("--replace", urn);
      assert.deepEqual(tagged(), [digest, undefined, digest]);
      await stack.destroy();
      assert.deepEqual(tagged(), [digest, undefined, undefined]);
      assert.equal(stack.registry.store.repository("last").manifests.size, 0);
    });
  },
);
