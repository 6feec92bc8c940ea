/** What a refresh finds, what the next up repairs, and what must not be taken for drift. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Fault } from "../support/http-faults.ts";
import {
  done,
  manifestPuts,
  ops,
  recorded,
  stateOf,
  stepOf,
  tagged,
  takeLog,
  uploads,
} from "./fixtures/image-results.ts";
import { given, ONE_IMAGE, withImage } from "./fixtures/with-image.ts";

const TAGS = { extraTags: ["stable"] };

test("refresh finds a moved tag, a deleted tag and a missing manifest; up repairs only that", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry }) => {
    await done(host.up(given({ ...TAGS, lixRevision: "older" })));
    const older = recorded(host).digest;
    await done(host.up(given(TAGS)));
    const { digest, ref } = recorded(host);
    const repository = registry.store.repository("lix");

    repository.tags.set("latest", older);
    await done(host.refresh());
    const moved = recorded(host);
    assert.deepEqual(
      [moved.digest, moved.ref, moved.drift],
      [older, ref, [`tag latest points to ${older}, not to ${digest}`]],
    );
    const preview = await done(host.preview(given(TAGS)));
    assert.deepEqual(ops(preview), ["same web", "update lix"]);
    const { oldInputs, newInputs } = stepOf(preview, "lix");
    assert.deepEqual([oldInputs?.["digest"], newInputs?.["digest"]], [older, digest]);
    takeLog(registry);
    await done(host.up(given(TAGS)));
    assert.equal(tagged(registry), digest);
    assert.deepEqual(recorded(host).drift, []);
    let log = takeLog(registry);
    assert.deepEqual([uploads(log), manifestPuts(log).includes("stable")], [[], false]);

    repository.tags.delete("stable");
    await done(host.refresh());
    await done(host.refresh());
    assert.deepEqual(recorded(host).drift, ["tag stable is gone"], "the second refresh as well");
    assert.deepEqual(recorded(host).taggedRefs, [`${registry.host}/lix:latest`]);
    takeLog(registry);
    await done(host.up(given(TAGS)));
    log = takeLog(registry);
    assert.deepEqual([uploads(log), manifestPuts(log)], [[], ["stable"]]);
    assert.equal(tagged(registry, "stable"), digest);

    // A blob that went with the manifest is sent again, and no other.
    const lost = recorded(host).layers[0]?.digest ?? "";
    for (const tag of ["latest", "stable"]) repository.tags.set(tag, older);
    repository.manifests.delete(digest);
    repository.blobs.delete(lost);
    await done(host.refresh());
    assert.equal(recorded(host).drift[0], `manifest ${digest} is gone`);
    takeLog(registry);
    assert.deepEqual(ops(await host.up(given(TAGS))), ["same web", "update lix"]);
    assert.deepEqual(uploads(takeLog(registry)), [lost]);
    assert.equal(tagged(registry), digest);
  });
});

test("drift shows that a registry lacks one manifest of two, or the whole image", async () => {
  const systems = ["x86_64-linux", "aarch64-linux"] as const;
  await withImage(
    ONE_IMAGE,
    async ({ host, registry, packages }) => {
      await done(host.up(given({ systems })));
      const { digest, platforms } = recorded(host);
      const child = platforms["linux/arm64"]?.digest ?? "";
      registry.store.repository("lix").manifests.delete(child);
      takeLog(registry);
      // At once: a preview with --refresh shows the repair, an up does it.
      const up = await done(host.up({ ...given({ systems }), refresh: true }));
      const drift = [`manifest ${child} (linux/arm64) is gone`];
      assert.deepEqual(stepOf(up, "lix").oldOutputs?.["drift"], drift);
      const log = takeLog(registry);
      assert.deepEqual([uploads(log), manifestPuts(log)], [[], ["manifest"]]);
      assert.ok(registry.store.repository("lix").manifests.has(child));

      registry.store.repositories.clear();
      packages.log.length = 0;
      await done(host.refresh());
      assert.throws(() => stateOf(host));
      assert.deepEqual(ops(await host.up(given({ systems }))), ["create lix", "same web"]);
      assert.equal(tagged(registry), digest);
      assert.deepEqual(packages.log, [], "the layers were in the local cache");
    },
    { world: { systems } },
  );
});

test("a registry that refuses or does not answer changes no state, and the message names it", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry }) => {
    await done(host.up());
    const before = host.state;
    // As fast as the client may try again.
    const headers = { "retry-after": "0" };
    const answer = (status: number): Fault["act"] => ({ kind: "answer", status, headers });
    const troubles: readonly [Fault["act"], RegExp][] = [
      [answer(401), /denied: HTTP status 401.*\n.*docker login/],
      [{ kind: "drop", afterBytes: 0 }, /the connection failed \(ECONNRESET\)/],
    ];
    for (const [act, message] of troubles) {
      registry.faults.push({ act, times: Infinity });
      const { failed, logs } = await host.refresh();
      assert.match(failed ?? "", message);
      assert.ok(failed?.includes(`${registry.host}/lix: reading manifest`), failed);
      assert.doesNotMatch(logs.join("\n"), /reading manifest|hint/, "the answer says it");
      assert.deepEqual(host.state, before);
      registry.faults.length = 0;
    }
    assert.deepEqual(ops(await host.refresh()), ["refresh lix", "refresh web"]);
    assert.deepEqual(host.state, before);
  });
});

test("a forged answer of the registry is shown as drift, and the next check ignores it", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry, env, packages }) => {
    await done(host.up());
    const { digest, planKey, layers } = recorded(host);
    const { __state: state } = stateOf(host).inputs;
    const forged = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        planKey: "0".repeat(64),
        __state: "forged",
        layers: [{ digest: `sha256:${"1".repeat(64)}`, size: 1 }],
        annotations: { __state: "forged", planKey: "0".repeat(64) },
      }),
    );
    const lie = `sha256:${createHash("sha256").update(forged).digest("hex")}`;
    const headers = {
      "docker-content-digest": lie,
      "content-type": "application/vnd.oci.image.manifest.v1+json",
      etag: `"${lie}"`,
    };
    const act = { kind: "answer", status: 200, headers, body: forged } as const;
    registry.faults.push({ path: /manifests\/latest/, times: Infinity, act });
    await done(host.refresh());
    assert.deepEqual(recorded(host).drift, [`tag latest points to ${lie}, not to ${digest}`]);
    const live = stateOf(host);
    assert.deepEqual(
      [live.inputs["__state"], live.outputs["__state"], live.outputs["planKey"]],
      [state, state, planKey],
    );
    assert.deepEqual(recorded(host).layers, layers);
    // Each of its answers to a question by digest is a lie that can be seen through.
    registry.faults.push({ path: /manifests\/sha256:/, times: Infinity, act });
    assert.match((await host.refresh()).failed ?? "", /expected sha256:.*; got sha256:/);
    registry.faults.length = 0;

    // A machine that has only the state computes the same digest without a download.
    packages.log.length = 0;
    const preview = await done(host.preview({ env: { LIX_IMAGE_CACHE: `${env["HOME"]}/empty` } }));
    assert.equal(preview.outputs["digest"], digest);
    assert.deepEqual(packages.log, []);
    await done(host.up());
    assert.equal(tagged(registry), digest);
  });
});
