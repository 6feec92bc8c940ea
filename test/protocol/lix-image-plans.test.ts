/** Update plans: `up --plan` does what its preview showed, or nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { changes, done, tagged } from "./fixtures/image-results.ts";
import { given, withImage } from "./fixtures/with-image.ts";
import type { Host, RunOptions } from "./host/host.ts";

/** The id of something that is not there yet is what no preview knows. */
const UNKNOWNS = `
const cache = process.env["UNKNOWN"] === undefined ? undefined : new pulumi.CustomResource("test:index:Cache", "cache", {});
const later = (value: string) => pulumi.output(cache?.id).apply(() => value);
const unknown = { registry: later(registry), nixConf: { substituters: ["https://a.example", later("https://b.example")] } };
const image = new LixImage("lix", { registry, ...given, ...(cache === undefined ? {} : unknown) });
deploy("web", { image: image.ref, size: image.size, layers: image.layers, drift: image.drift });
export const { ref, digest, revision, platforms, layers, drift } = image;
`;

async function planned(host: Host, options: RunOptions): Promise<void> {
  const { plan } = await done(host.preview(options));
  await done(host.up({ ...options, plan }));
}

test("an update plan accepts values that its preview could not know", async () => {
  await withImage(UNKNOWNS, async ({ host }) => {
    await planned(host, { env: { UNKNOWN: "yes" } });
    await planned(host, given({ previewDigests: false, extraPkgs: ["tree"] }));
    await planned(host, given({ previewDigests: false, name: "elsewhere" }));
  });
});

test("an update plan fails and pushes nothing when the image has changed since", async () => {
  await withImage(UNKNOWNS, async ({ host, registry }) => {
    const { plan } = await done(host.preview());
    const other = await host.up({ ...given({ nixConf: { cores: 4 } }), plan });
    assert.match(other.failed ?? "", /violates plan: properties changed: .*nixConf/);
    assert.equal(tagged(registry), undefined);
    await done(host.up({ plan }));

    const nothing = await done(host.preview());
    assert.deepEqual(changes(nothing), []);
    const more = await host.up({ ...given({ extraTags: ["v1"] }), plan: nothing.plan });
    assert.match(more.failed ?? "", /violates plan: properties changed: .*extraTags.*taggedRefs/);
    assert.equal(tagged(registry, "v1"), undefined);
  });
});
