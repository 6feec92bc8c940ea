/** A machine whose zlib writes other bytes than the one that made the image. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assertNothingAsked,
  changes,
  done,
  recorded,
  stateOf,
  tagged,
  takeLog,
  uploads,
} from "./fixtures/image-results.ts";
import { recompress } from "./fixtures/recompress.ts";
import { given, ONE_IMAGE, withImage } from "./fixtures/with-image.ts";
import { layerNamed } from "../support/layer-named.ts";

test("another compressor causes no change; a layer that it has to rebuild is reported once, and then nothing changes", async () => {
  await withImage(ONE_IMAGE, async (stack) => {
    const { host, registry, packages, env } = stack;
    // A machine that has nothing but the state.
    const verified = given({ verifyBlobs: true }).env;
    const clean = { env: { ...verified, LIX_IMAGE_CACHE: `${env["HOME"]}/other` } };
    await done(host.up({ env: verified }));
    const ours = recorded(host);
    const theirs = await recompress(stack);
    assert.notEqual(theirs, ours.digest);
    assert.equal(recorded(host).ref, `${registry.host}/lix@${theirs}`);
    takeLog(registry);
    packages.log.length = 0;

    assert.deepEqual(changes(await done(host.preview(clean))), []);
    assert.deepEqual(changes(await done(host.up(clean))), []);
    assertNothingAsked(stack);
    assert.deepEqual(changes(await done(host.up({ ...clean, refresh: true }))), []);
    assert.equal(stateOf(host).inputs["digest"], theirs);

    // A changed setting still needs no layer but its own.
    const setting = {
      env: { ...clean.env, ARGS: JSON.stringify({ verifyBlobs: true, nixConf: { cores: 4 } }) },
    };
    const promised = (await done(host.preview(setting))).outputs["digest"];
    takeLog(registry);
    await done(host.up(setting));
    assert.equal(recorded(host).digest, promised);
    assert.equal(uploads(takeLog(registry)).length, 2, "base system and config");
    assert.deepEqual(packages.log, []);

    const before = recorded(host);
    const lost = before.layers.find(({ digest }) => digest === layerNamed(before, "less-661"));
    registry.store.repository("lix").blobs.delete(lost?.digest ?? "");
    await done(host.refresh(setting));
    takeLog(registry);
    const repair = await done(host.up(setting));
    assert.deepEqual(changes(repair), ["update lix", "update web"]);
    assert.ok(
      repair.logs.some((line) => line.includes("this machine's compressor writes other bytes")),
      repair.logs.join("\n"),
    );
    const after = recorded(host);
    assert.notEqual(after.digest, before.digest);
    assert.equal(tagged(registry), after.digest);
    const remade = after.layers.filter((layer, at) => layer.digest !== before.layers[at]?.digest);
    assert.deepEqual(
      remade.map((layer) => layer.diffId),
      [lost?.diffId],
    );
    assert.deepEqual(uploads(takeLog(registry)), [remade[0]?.digest]);
    assert.equal(stateOf(host, "web").inputs["image"], after.ref);

    packages.log.length = 0;
    for (const run of [() => host.preview(setting), () => host.up(setting)])
      assert.deepEqual(changes(await done(run())), []);
    assertNothingAsked(stack);
    assert.deepEqual([recorded(host).digest, tagged(registry)], [after.digest, after.digest]);

    // And what the next preview promises is what the next up pushes, on this machine and on a third.
    for (const [cores, cache] of [
      [2, "other"],
      [3, "third"],
    ] as const) {
      const ARGS = JSON.stringify({ verifyBlobs: true, nixConf: { cores } });
      const next = { env: { ARGS, LIX_IMAGE_CACHE: `${env["HOME"]}/${cache}` } };
      const { digest } = (await done(host.preview(next))).outputs;
      takeLog(registry);
      await done(host.up(next));
      assert.equal(recorded(host).digest, digest);
      assert.equal(uploads(takeLog(registry)).length, 2, "base system and config");
      assert.deepEqual(packages.log, []);
      assert.deepEqual(changes(await done(host.up({ ...next, refresh: true }))), []);
    }
  });
});
