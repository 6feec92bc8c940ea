/** Blobs that a registry has lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  changes,
  done,
  manifestPuts,
  recorded,
  stepOf,
  takeLog,
  uploads,
} from "./fixtures/image-results.ts";
import { given, ONE_IMAGE, withImage } from "./fixtures/with-image.ts";
import { layerNamed } from "../support/layer-named.ts";

const VERIFIED = given({ verifyBlobs: true });

test("with verifyBlobs a refresh finds each lost blob, and up sends only those", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry, packages, env }) => {
    await done(host.up());
    assert.deepEqual(changes(await done(host.up(VERIFIED))), ["update lix"], "refresh goes by it");
    const { digest, layers, platforms } = recorded(host);
    const config = platforms["linux/amd64"]?.configDigest ?? "";
    const layer = layerNamed(recorded(host), "less-661");
    const at = layers.findIndex((each) => each.digest === layer);
    const { blobs } = registry.store.repository("lix");
    for (const lost of [config, layer]) assert.ok(blobs.delete(lost));

    // A preview sees what a refresh before it found, and changes nothing.
    const before = host.state;
    const preview = await done(host.preview({ ...VERIFIED, refresh: true }));
    assert.deepEqual(stepOf(preview, "lix").op, "update");
    const drift = [
      `blob ${config} (config) is gone`,
      `blob ${layer} (layer ${at + 1}, less-661) is gone`,
    ];
    assert.deepEqual(stepOf(preview, "lix").oldOutputs?.["drift"], drift);
    assert.ok(
      preview.logs.some((line) => line.includes(drift[1] ?? "?")),
      preview.logs.join("\n"),
    );
    assert.deepEqual(host.state, before);
    assert.equal(preview.outputs["digest"], digest, "what runs it is not touched");

    await done(host.refresh());
    assert.deepEqual(recorded(host).drift, drift);
    takeLog(registry);
    packages.log.length = 0;
    // On a machine that has only the state: one package is fetched, and no other.
    const clean = { ...VERIFIED.env, LIX_IMAGE_CACHE: `${env["HOME"]}/empty` };
    assert.deepEqual(changes(await done(host.up({ env: clean }))), ["update lix"]);
    const log = takeLog(registry);
    assert.deepEqual(uploads(log), [config, layer].sort());
    assert.deepEqual(manifestPuts(log), []);
    const fetched = packages.log.filter(({ path }) => path.startsWith("nar/"));
    assert.equal(fetched.length, 1);
    assert.deepEqual([recorded(host).digest, recorded(host).drift], [digest, []]);
    assert.deepEqual(changes(await done(host.up({ ...VERIFIED, refresh: true }))), []);
  });
});

test("the up that turns on verifyBlobs sends the blobs that are lost", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry }) => {
    await done(host.up());
    const { digest, layers } = recorded(host);
    const lost = layers[2]?.digest ?? "";
    assert.ok(registry.store.repository("lix").blobs.delete(lost));
    takeLog(registry);
    // The manifest is there, and without verifyBlobs that is taken for the whole.
    const { logs } = await done(host.up(given({ deleteFromRegistry: true })));
    assert.deepEqual(uploads(takeLog(registry)), []);
    assert.match(logs.join("\n"), /\/lix: the image was there$/m);
    const verified = await done(host.up(given({ verifyBlobs: true })));
    assert.deepEqual(uploads(takeLog(registry)), [lost]);
    assert.match(verified.logs.join("\n"), /\/lix: 1 blob pushed \(.*\), 3\d were there$/m);
    assert.equal(recorded(host).digest, digest);
  });
});
