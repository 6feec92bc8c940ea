/** Policies that remediate: they change arguments behind check's back, and win. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { changes, done, recorded, stepOf, tagged } from "./fixtures/image-results.ts";
import { given, ONE_IMAGE, withImage } from "./fixtures/with-image.ts";
import type { Remediation } from "./host/plan-step.ts";

/** A policy that sets these. */
const policy =
  (args: Parameters<Remediation>[1]): Remediation =>
  (type, inputs) =>
    type.endsWith(":LixImage") ? { ...inputs, ...args } : inputs;

test("the image is built from the arguments as a policy changed them, a line says so, and then nothing changes", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry }) => {
    const mirrors = [`${registry.host}/copy`];
    const changed = { nixConf: { cores: 2 }, extraTags: ["audited"] };
    const options = { ...given({ mirrors }), remediate: policy(changed) };
    const preview = await done(host.preview(options));
    const up = await done(host.up(options));
    const { digest } = recorded(host);
    const promised = String(preview.outputs["digest"]);
    assert.notEqual(digest, promised);
    const line = `a policy changed extraTags, nixConf after the preview's digest was computed: the image is ${digest}, not ${promised}`;
    assert.ok(up.logs.some((log) => log.includes(`warning: ${registry.host}/lix: ${line}`)));
    assert.deepEqual([tagged(registry), tagged(registry, "audited")], [digest, digest]);
    assert.deepEqual(stepOf(up, "web").newInputs, { image: recorded(host).ref });

    assert.deepEqual(changes(await done(host.preview(options))), []);
    assert.deepEqual(changes(await done(host.preview({ ...options, refresh: true }))), []);
    // The same without the policy.
    const plain = await done(host.preview(given({ ...changed, mirrors })));
    assert.deepEqual(changes(plain), []);
  });
});

test("a policy that is added, changed or removed causes one update", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry }) => {
    const usual = given({ previewDigests: false });
    await done(host.up(usual));
    const { digest } = recorded(host);
    const remediate = policy({ extraPkgs: ["tree"] });
    const noticed = await done(host.preview({ ...usual, remediate }));
    assert.ok(changes(noticed).includes("update lix"));
    await done(host.up({ ...usual, remediate }));
    assert.notEqual(recorded(host).digest, digest);
    assert.deepEqual(changes(await done(host.preview({ ...usual, remediate }))), []);
    const wrong = await host.preview({ ...usual, remediate: policy({ maxLayers: 0 }) });
    assert.match(wrong.failed ?? "", /maxLayers: expected .*\[INVALID_ARGUMENT\]/);

    assert.ok(changes(await done(host.up(usual))).includes("update lix"));
    assert.equal(tagged(registry), digest);
    // One that changes nothing of the image says nothing.
    const archived = { ...usual, remediate: policy({ verifyBlobs: true }) };
    const quiet = await done(host.up(archived));
    assert.deepEqual(changes(quiet), ["update lix"]);
    assert.doesNotMatch(quiet.logs.join("\n"), /policy/);
  });
});
