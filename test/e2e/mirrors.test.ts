import assert from "node:assert/strict";
import { test } from "node:test";
import { startRegistry } from "../support/registry.ts";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { StackState } from "./fixtures/stack-state.ts";
import { ONE_IMAGE, withStack } from "./fixtures/with-stack.ts";

test(
  "what a mirror does not take is recorded, and the next up brings it there",
  NO_ENGINE,
  async () => {
    const elsewhere = await startRegistry();
    try {
      await withStack(ONE_IMAGE, async (stack) => {
        const mirror = `${elsewhere.host}/copies/lix`;
        stack.give({ mirrors: [mirror] });
        const act = { kind: "answer", status: 403 } as const;
        elsewhere.faults.push({ path: /./, act, times: Infinity });
        assert.match(
          await stack.refuse("up", "--yes", "--skip-preview"),
          /pushed, but not to all destinations/,
        );
        const { digest, drift } = StackState.image(await stack.state());
        assert.equal(stack.tagged("latest"), digest);
        assert.deepEqual(drift, [`${mirror}: the image is not there`]);

        elsewhere.faults.length = 0;
        await stack.up();
        assert.equal(elsewhere.store.repository("copies/lix").tags.get("latest"), digest);
        assert.deepEqual(StackState.image(await stack.state()).drift, []);
        await stack.run("preview", "--expect-no-changes");
      });
    } finally {
      await elsewhere.close();
    }
  },
);
