/** Several images of one program, and what is shown while they are made. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { done, ops, requestedPaths, takeLog, uploads } from "./fixtures/image-results.ts";
import { ONE_IMAGE, withImage } from "./fixtures/with-image.ts";
import { withProvider } from "./fixtures/with-provider.ts";

test("three images with one base fetch every package once and send every layer once", async () => {
  const three = `
    for (const cores of [1, 2, 3])
      new LixImage(\`lix-\${cores}\`, { registry, tag: \`cores-\${cores}\`, nixConf: { cores } });`;
  await withImage(three, async ({ host, registry, packages }) => {
    assert.deepEqual(ops(await done(host.up())), ["create lix-1", "create lix-2", "create lix-3"]);
    const asked = requestedPaths(packages).filter((path) => path.startsWith("nar/"));
    assert.ok(asked.length > 20);
    assert.deepEqual(asked.length, new Set(asked).size);
    const sent = uploads(takeLog(registry));
    assert.deepEqual(sent.length, new Set(sent).size);
  });
});

test("a check announces what it builds before it fetches any package", async () => {
  await withImage(ONE_IMAGE, async (stack) => {
    const { packages, registry } = stack;
    packages.faults.push({ path: /^nar\//, act: { kind: "wait", ms: 1_000 }, times: 2 });
    const said: { readonly text: string; readonly at: number }[] = [];
    const urn = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/lix:LixImage::lix";
    const news = {
      __provider: 'exports.handler = () => require("pulumi-lix/provider");',
      registry: registry.host,
      name: "tools",
    };
    await withProvider(
      stack,
      async (provider) => {
        const { failures } = await provider.check({ urn, olds: {}, news, preview: true });
        assert.deepEqual(failures, []);
      },
      ({ text, ephemeral }) => {
        assert.ok(ephemeral, "it leaves no diagnostic behind");
        said.push({
          text,
          at: requestedPaths(packages).filter((path) => path.startsWith("nar/")).length,
        });
      },
    );
    const [first] = said;
    assert.match(first?.text ?? "", /^0\.0 of [\d.]+ kB of packages, 0 of \d+ layers: tools$/);
    assert.ok((first?.at ?? Infinity) <= 4, "only the first few, which wait, have been asked for");
    assert.match(said.at(-1)?.text ?? "", /, (\d+) of \1 more layers: tools$/);
  });
});
