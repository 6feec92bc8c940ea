/** Whatever loads a program, it is the same program. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { LOADERS, NO_CACHES, writeProgram } from "../protocol/fixtures/loaders.ts";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { ONE_IMAGE, withStack } from "./fixtures/with-stack.ts";

test("a program makes no change when another loader runs it", NO_ENGINE, async () => {
  await withStack(
    ONE_IMAGE,
    async (stack) => {
      const source = await readFile(join(stack.folder, "index.ts"), "utf8");
      await stack.up();
      const before = await stack.state();
      stack.registry.log.length = 0;
      const { env } = stack;
      for (const loader of LOADERS) {
        await writeProgram(stack.folder, source, loader);
        await stack.setRuntime(loader.runtime);
        stack.env = { ...env, ...loader.env };
        await stack.up("--expect-no-changes");
        assert.deepEqual(await stack.state(), before, loader.name);
      }
      assert.deepEqual(stack.registry.log, []);
    },
    { env: NO_CACHES },
  );
});
