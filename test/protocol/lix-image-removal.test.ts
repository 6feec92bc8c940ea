/** What happens to an image in the registry when its resource is replaced, changed or destroyed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { done, ops, recorded, stateOf, tagged, takeLog } from "./fixtures/image-results.ts";
import { given, ONE_IMAGE, withImage } from "./fixtures/with-image.ts";
import { withProvider } from "./fixtures/with-provider.ts";
import { existing } from "./host/plan-step.ts";

test("another repository replaces the resource; what was pushed stays", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry }) => {
    await done(host.up());
    const { digest } = recorded(host);
    const up = await host.up(given({ name: "other" }));
    assert.deepEqual(ops(up), ["delete lix", "replace lix", "update web"]);
    assert.equal(stateOf(host).id, `${registry.host}/other`);
    takeLog(registry);
    await done(host.destroy());
    assert.deepEqual(takeLog(registry), []);
    assert.deepEqual([tagged(registry), tagged(registry, "latest", "other")], [digest, digest]);
  });
});

test("deleteFromRegistry removes what is still ours, and reports what it could not remove", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry }) => {
    const ours = { deleteFromRegistry: true };
    await done(host.up(given({ ...ours, extraTags: ["v1"] })));
    const { digest } = recorded(host);
    const lix = registry.store.repository("lix");

    // A tag that is no longer asked for goes; the image is another's as well.
    lix.tags.set("theirs", digest);
    await done(host.up(given({ ...ours, extraTags: ["v2"] })));
    assert.deepEqual([...lix.tags.keys()].sort(), ["latest", "theirs", "v2"]);

    // One of our tags is not ours any more.
    lix.tags.set("v2", "sha256:another");
    await done(host.up(given({ ...ours, name: "other" })));
    assert.deepEqual([...lix.tags.keys()].sort(), ["theirs", "v2"]);
    assert.ok(lix.manifests.has(digest));
    assert.equal(tagged(registry, "latest", "other"), digest);

    const other = registry.store.repository("other");
    const act = { kind: "answer", status: 405, body: "" } as const;
    registry.faults.push({ method: "DELETE", path: /./, act, times: Infinity });
    const kept = host.state;
    const destroyed = await done(host.destroy());
    assert.match(
      destroyed.logs.join("\n"),
      /warning: .*\/other: could not remove sha256:.*HTTP status 405/,
    );
    assert.ok(other.manifests.has(digest));
    registry.faults.length = 0;
    host.state = kept;
    await done(host.destroy());
    assert.deepEqual([other.tags.size, other.manifests.size], [0, 0]);
  });
});

test("a replacement with the same digest in the same repository keeps what it has just pushed", async () => {
  await withImage(ONE_IMAGE, async (stack) => {
    const { host, registry } = stack;
    await done(host.up(given({ deleteFromRegistry: true })));
    const old = existing(stateOf(host));
    const { digest } = recorded(host);
    // `pulumi up --replace` causes this call; no difference that we report does.
    await withProvider(stack, async (provider) => {
      const { urn, inputs } = old;
      await provider.check({ urn, olds: inputs, news: inputs, preview: false });
      const checked = await provider.check({ urn, olds: {}, news: inputs, preview: false });
      await provider.create(urn, checked.inputs);
      await provider.delete(old);
    });
    assert.equal(tagged(registry), digest);
    assert.ok(registry.store.repository("lix").manifests.has(digest));
  });
});
