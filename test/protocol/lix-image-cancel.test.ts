/** ^C, of which the SDK's provider process says nothing to the code in it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { LIX_IMAGE_TYPE } from "../../sdk/lix-image.ts";
import { tagged } from "./fixtures/image-results.ts";
import { withImage } from "./fixtures/with-image.ts";
import { withProvider } from "./fixtures/with-provider.ts";

const URN = `urn:pulumi:dev::test::${LIX_IMAGE_TYPE}::lix`;
const __provider = 'exports.handler = () => require("pulumi-lix/provider");';

test("a cancel ends the push that is under way, and no tag is written", async () => {
  await withImage("", async (stack) => {
    const { registry } = stack;
    await withProvider(stack, async (provider) => {
      const news = { __provider, registry: registry.host };
      const { inputs } = await provider.check({ urn: URN, olds: {}, news, preview: false });
      registry.faults.push({ method: "PUT", times: Infinity, act: { kind: "hang" } });
      const pushing = assert.rejects(provider.create(URN, inputs), {
        message: "cancelled [CANCELLED]",
      });
      while (registry.count("PUT") === 0) await sleep(10);
      await provider.cancel();
      await pushing;
    });
    assert.equal(tagged(registry), undefined);
  });
});
