/** The class as a program has it: under mocks, and to look at an image of somebody else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { LixImage } from "../../sdk/lix-image.ts";
import { changes, done, ops, recorded, stepOf } from "./fixtures/image-results.ts";
import { withImage } from "./fixtures/with-image.ts";

test("LixImage.get tells what the registry says of an image, and never changes it", async () => {
  const program = `
    const id = pulumi.interpolate\`\${registry}/lix\`;
    if (process.env["THERE"] === undefined)
      new LixImage("lix", { registry, lixRevision: "abc", extraTags: ["v1"] });
    else {
      const there = LixImage.get("there", pulumi.interpolate\`\${id}:\${process.env["THERE"]}\`);
      deploy("web", { image: there.ref });
    }`;
  await withImage(program, async ({ host, registry }) => {
    await done(host.up());
    const ours = recorded(host);
    const up = await done(host.up({ env: { THERE: "v1" } }));
    assert.deepEqual(ops(up), ["create web", "delete lix", "read there"]);
    const { ref, digest, version, labels, platforms, size } = ours;
    const { revision, taggedRefs, ...there } = recorded(host, "there");
    for (const [key, value] of Object.entries({ ref, digest, version, labels, platforms, size }))
      assert.deepEqual(there[key as keyof typeof there], value, key);
    assert.deepEqual([revision, taggedRefs], ["abc", [`${registry.host}/lix:v1`]]);
    assert.deepEqual(stepOf(up, "web").newInputs, { image: ref });
    assert.deepEqual(changes(await done(host.refresh())), []);

    const { failed } = await host.up({ env: { THERE: "v2" } });
    assert.match(failed ?? "", /lix:v2' does not exist/);
  });
});

test("unit tests of a program give the image what they like", async () => {
  const made: pulumi.runtime.MockResourceArgs[] = [];
  await pulumi.runtime.setMocks({
    newResource(args) {
      made.push(args);
      const digest = `sha256:${"0".repeat(64)}`;
      return { id: "ghcr.io/acme/lix", state: { ...args.inputs, digest, ref: `x@${digest}` } };
    },
    call: () => ({}),
  });
  const image = new LixImage("lix", { registry: pulumi.output("ghcr.io/acme") });
  const [ref, drift] = await new Promise<unknown[]>((resolve) =>
    pulumi.all([image.ref, image.drift]).apply((values) => resolve(values)),
  );
  assert.equal(ref, `x@sha256:${"0".repeat(64)}`);
  assert.equal(drift, undefined);
  assert.deepEqual(
    made.map(({ type, inputs }) => [type, (inputs as { registry: string }).registry]),
    [["pulumi-nodejs:dynamic/lix:LixImage", "ghcr.io/acme"]],
  );
});
