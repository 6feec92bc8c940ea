import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runCli } from "../support/cli.ts";
import { withWorkshop } from "../support/workshop.ts";

test("a plan whose sizes are known is shown, and fails when it exceeds a limit", () =>
  withWorkshop({}, async ({ folder, world }) => {
    const at = { cache: join(folder, "cache"), directory: folder };
    const args = { lock: world.lockFile, maxLayerSize: 1 };
    await writeFile(join(folder, "limited.json"), JSON.stringify(args));
    await writeFile(join(folder, "a.json"), JSON.stringify({ lock: world.lockFile }));

    const before = await runCli(["plan", "limited.json"], at);
    assert.equal(before.code, 0, "no layer is built, so no size is known");
    assert.equal((await runCli(["build", "a.json", "--oci", "image"], at)).code, 0);
    const after = await runCli(["plan", "limited.json"], at);
    assert.equal(after.code, 1);
    assert.match(after.stdout, /^plan [0-9a-f]{64}: /);
    assert.match(after.stderr, /maxLayerSize: .*\[LAYER_TOO_LARGE\]/s);
  }));
