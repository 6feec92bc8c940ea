/** `inspect --paths` says what is in the layers of what was pushed; without it no layer is read. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withWorkshop } from "../support/workshop.ts";

test("inspect --paths lists the store paths that were pushed, by layer", () =>
  withWorkshop({}, async (workshop) => {
    const { registry, folder, world } = workshop;
    const file = join(folder, "args.json");
    await writeFile(file, JSON.stringify({ lock: world.lockFile, registry: registry.host }));
    const pushed = JSON.parse((await workshop.run("push", file, "--json")).stdout);
    registry.log.length = 0;
    const plain = await workshop.run("inspect", pushed.ref, "--json");
    assert.doesNotMatch(plain.stdout, /storePaths/);
    assert.equal(registry.count("GET", /blobs/), 1, "the config");
    const found = JSON.parse(
      (await workshop.run("inspect", pushed.ref, "--paths", "--json")).stdout,
    );
    assert.deepEqual(
      found.platforms["linux/amd64"].layers.map((each: { storePaths: unknown }) => each.storePaths),
      pushed.layers.map((each: { storePaths: unknown }) => each.storePaths),
    );
    const { stdout } = await workshop.run("inspect", pushed.ref, "--paths");
    for (const path of pushed.layers[0].storePaths) assert.ok(stdout.includes(`       ${path}\n`));
  }));
