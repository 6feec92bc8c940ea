/** Whatever loads a program, it is the same program: to the state, and so to the registry. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { assertNothingAsked, changes, done, recorded, takeLog } from "./fixtures/image-results.ts";
import { LOADERS, NO_CACHES, writeProgram } from "./fixtures/loaders.ts";
import { ONE_IMAGE, withImage } from "./fixtures/with-image.ts";

test("a program causes no change and no request when another loader runs it", async () => {
  await withImage(
    ONE_IMAGE,
    async ({ host, registry, packages, folder }) => {
      const source = await readFile(join(folder, "index.ts"), "utf8");
      await done(host.up());
      const { ref } = recorded(host);
      const { state } = host;
      takeLog(registry);
      packages.log.length = 0;
      for (const loader of LOADERS) {
        await writeProgram(folder, source, loader);
        const up = await done(host.up(loader));
        assert.deepEqual(changes(up), [], loader.name);
        assert.equal(up.outputs["ref"], ref, loader.name);
        assert.deepEqual(host.state, state, loader.name);
        assertNothingAsked({ registry, packages });
      }
    },
    { env: NO_CACHES },
  );
});
