import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { StackState } from "./fixtures/stack-state.ts";
import { ONE_IMAGE, withStack } from "./fixtures/with-stack.ts";

test(
  "^C in the middle of a push tags nothing by halves, and the next up finishes",
  NO_ENGINE,
  async () => {
    await withStack(ONE_IMAGE, async (stack) => {
      const { registry } = stack;
      registry.faults.push({
        method: "PUT",
        path: /blobs\/uploads/,
        times: 4,
        act: { kind: "wait", ms: 1_000 },
      });
      const { child, ended } = stack.start("up", "--yes", "--skip-preview");
      while (registry.count("PUT") === 0 && child.exitCode === null) await sleep(20);
      child.kill("SIGINT");
      const { code, text } = await ended;
      assert.notEqual(code, 0, text);
      const tagged = stack.tagged();
      if (tagged !== undefined) assert.ok(registry.store.repository("lix").manifests.has(tagged));
      registry.faults.length = 0;

      await stack.up();
      const { digest } = StackState.image(await stack.state());
      assert.equal(stack.tagged(), digest);
      await stack.up("--refresh", "--expect-no-changes");
    });
  },
);
