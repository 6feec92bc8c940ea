/** What a preview cannot know, and what it is not to fetch. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { done, ops, recorded, stepOf, tagged, takeLog } from "./fixtures/image-results.ts";
import { given, ONE_IMAGE, withImage } from "./fixtures/with-image.ts";
import { UNKNOWN } from "./host/wire.ts";

/** The id of something that is not there yet is what no preview knows. */
const UNKNOWNS = `
const unknown = process.env["UNKNOWN"] ?? "";
const other = unknown === "" ? undefined : new pulumi.CustomResource("test:index:Cache", unknown, {});
const host = pulumi.interpolate\`https://\${other?.id}.example\`;
const image = new LixImage("lix", {
  ...given,
  registry: unknown === "place" ? pulumi.output(other?.id).apply(() => registry) : registry,
  ...(unknown === "cache" ? { nixConf: { substituters: ["https://a.example", host] } } : {}),
});
deploy("web", { image: image.ref });
export const { ref, digest, version, taggedRefs, planKey, packages } = image;
`;

test("only the outputs that depend on an unknown setting or registry are unknown", async () => {
  await withImage(UNKNOWNS, async ({ host, registry, packages: cache }) => {
    const deep = { UNKNOWN: "cache" };
    const cold = await done(host.preview({ env: deep }));
    assert.deepEqual(cache.log, []);
    assert.deepEqual(stepOf(cold, "lix").newInputs?.["nixConf"], {
      substituters: ["https://a.example", UNKNOWN],
    });
    await done(host.up());
    const first = recorded(host);
    for (const name of ["version", "taggedRefs", "packages"] as const)
      assert.deepEqual(cold.outputs[name], first[name], "also of packages that nobody has seen");

    const setting = await done(host.preview({ env: deep }));
    assert.deepEqual(ops(setting), ["create cache", "update lix", "update web"]);
    const { digest, ref, planKey, version, taggedRefs, packages } = setting.outputs;
    assert.deepEqual([digest, ref, planKey], [UNKNOWN, UNKNOWN, UNKNOWN]);
    assert.deepEqual(
      { version, taggedRefs, packages },
      { version: first.version, taggedRefs: first.taggedRefs, packages: first.packages },
    );
    // The place is known, and another, whatever the image will be.
    const moving = { ...deep, ARGS: JSON.stringify({ name: "elsewhere", tag: "{planKey}" }) };
    const moved = await done(host.preview({ env: moving }));
    assert.deepEqual(ops(moved).slice(1), ["delete lix", "replace lix", "update web"]);
    assert.equal(moved.outputs["taggedRefs"], UNKNOWN, "the planKey is in it");
    await done(host.up({ env: deep }));
    const second = recorded(host);
    assert.notEqual(second.digest, first.digest);
    assert.equal(tagged(registry), second.digest);

    const place = { UNKNOWN: "place" };
    const target = await done(host.preview({ env: place }));
    assert.deepEqual(ops(target), ["create place", "delete cache", "update lix", "update web"]);
    assert.deepEqual(
      [target.outputs["digest"], target.outputs["ref"], target.outputs["taggedRefs"]],
      [first.digest, UNKNOWN, UNKNOWN],
    );
    await done(host.up({ env: place }));
    assert.equal(recorded(host).ref, first.ref);
  });
});

test("without previewDigests a preview fetches nothing, and knows what it can without", async () => {
  await withImage(ONE_IMAGE, async ({ host, packages, registry }) => {
    const off = { previewDigests: false };
    const cold = await done(host.preview(given(off)));
    assert.deepEqual([cold.outputs["digest"], cold.outputs["ref"]], [UNKNOWN, UNKNOWN]);
    assert.equal(stepOf(cold, "web").newInputs?.["image"], UNKNOWN);
    assert.deepEqual([packages.log, takeLog(registry)], [[], []]);
    const { digest } = (await done(host.up(given(off)))).outputs;
    assert.equal(tagged(registry), digest);

    packages.log.length = 0;
    const setting = { ...off, nixConf: { cores: 2 } };
    const warm = await done(host.preview(given(setting)));
    const promised = warm.outputs["digest"];
    assert.match(String(promised), /^sha256:/, "what we make ourselves needs no download");
    const more = await done(host.preview(given({ ...setting, extraPkgs: ["tree"] })));
    assert.equal(more.outputs["digest"], UNKNOWN);
    assert.equal(packages.log.length, 0);
    assert.equal((await done(host.up(given(setting)))).outputs["digest"], promised);
  });
});
