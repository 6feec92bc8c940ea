import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { ONE_IMAGE, withStack } from "./fixtures/with-stack.ts";

const FLAGS = ["--logtostderr", "--logflow", "-v=3", "--tracing", "file:./trace"] as const;

test(
  "an image prints the same lines with the engine's own logs as without",
  NO_ENGINE,
  async () => {
    await withStack(ONE_IMAGE, async (stack) => {
      const { stdout } = await stack.up(...FLAGS);
      assert.match(stdout, /pushed/);
      stack.registry.store.repository("lix").tags.clear();
      const preview = await stack.run("preview", "--refresh", ...FLAGS);
      assert.match(preview.stdout, /drift: tag latest is gone/);
    });
  },
);
