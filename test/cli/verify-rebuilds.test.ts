/** `verify` when the local cache was tampered with by somebody who knows how its notes are sealed. */
import assert from "node:assert/strict";
import { existsSync, globSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { LayerCache } from "../../provider/image/layer-cache.ts";
import { damageSignature } from "../support/world/damage.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

/** Every note on a layer says what the note on one of them says. */
async function poison({ cache: folder }: Workshop): Promise<void> {
  const cache = new LayerCache(folder);
  const keys = globSync("v1/layers/*.json", { cwd: folder }).map((file) => basename(file, ".json"));
  const known = await cache.identity(keys[0] ?? "");
  assert.ok(known !== undefined && keys.length > 1);
  for (const key of keys) await cache.remember(key, known);
}

test("verify rebuilds the image, and detects a cache that is consistently forged", () =>
  withWorkshop({}, async (workshop) => {
    const args = await workshop.writeArgs({});
    assert.equal((await workshop.run("build", args, "--oci", "right")).code, 0);
    await poison(workshop);
    assert.equal((await workshop.run("build", args, "--oci", "wrong")).code, 0);

    const tmp = join(workshop.folder, "tmp");
    mkdirSync(tmp);
    const verify = (...argv: string[]) =>
      workshop.runWith({ TMPDIR: tmp }, "verify", args, ...argv, "--json");
    const wrong = await verify("--oci", "wrong");
    assert.equal(wrong.code, 1, wrong.stderr);
    assert.equal(JSON.parse(wrong.stdout).equal, false);
    const right = await verify("--oci", "right");
    assert.equal(right.code, 0, right.stderr);
    assert.deepEqual(readdirSync(tmp), [], "the temporary folder is gone");

    assert.equal((await verify("--oci", "wrong", "--cached")).code, 0, "as it was asked to");
    assert.equal((await verify("--oci", "right", "--cached")).code, 1);
  }));

test("verify checks the lock's signatures again, and writes no local cache", () =>
  withWorkshop({}, async (workshop) => {
    const args = await workshop.writeArgs({});
    assert.equal((await workshop.run("build", args, "--oci", "out")).code, 0);
    const elsewhere = join(workshop.folder, "untouched");
    const verified = await workshop.runWith(
      { LIX_IMAGE_CACHE: elsewhere },
      ...["verify", args, "--oci", "out"],
    );
    assert.equal(verified.code, 0, verified.stderr);
    assert.equal(existsSync(elsewhere), false);
    await damageSignature(workshop.world, workshop.world.path("which"), "missing");
    const unsigned = await workshop.run("verify", args, "--oci", "out");
    assert.equal(unsigned.code, 1);
    assert.match(unsigned.stderr, /UNTRUSTED_LOCK/);
  }));
