/** What is left of a provider process that was ended in the middle of its work. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { done, recorded, requestedPaths, tagged } from "./fixtures/image-results.ts";
import { ONE_IMAGE, withImage, type ImageStack } from "./fixtures/with-image.ts";
import { startProvider, withProvider } from "./fixtures/with-provider.ts";
import type { ProviderProcess } from "./host/provider-process.ts";
import { withServer } from "./host/rpc.ts";

const URN = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/lix:LixImage::lix";
const NARS = /^nar\//;
const NEVER = { kind: "hold", until: new Promise(() => {}) } as const;

for (const [how, end, leaves] of [
  ["closed by the engine", (provider: ProviderProcess) => provider.end(), "nothing"],
  ["killed", (provider: ProviderProcess) => provider.kill(), "little, which the next run removes"],
] as const)
  test(`a provider that is ${how} while it builds leaves ${leaves}`, async () => {
    await withImage(ONE_IMAGE, async (stack) => {
      const { host, registry, packages, env } = stack;
      packages.faults.push({ path: NARS, act: NEVER, times: Infinity });
      await withProvider(stack, async (provider) => {
        const failed = assert.rejects(check(stack, provider));
        await untilDownloading(stack, failed);
        await end(provider);
        await failed;
      });
      packages.faults.length = 0;
      const left = await halfWritten(stack);
      // No more than were being written at that moment.
      const [least, most] = leaves === "nothing" ? [0, 0] : [1, 16];
      assert.ok(left.length >= least && left.length <= most, left.join("\n"));
      assert.deepEqual(await readdir(env["TMPDIR"] ?? ""), []);

      await done(host.up());
      assert.equal(tagged(registry), recorded(host).digest);
      assert.deepEqual(await halfWritten(stack), []);
    });
  });

test("a run removes nothing that another run in the same cache is writing", async () => {
  await withImage(ONE_IMAGE, async (stack) => {
    const { host, packages } = stack;
    // Long enough for the other run to start, which then waits for this one.
    packages.faults.push({ path: NARS, act: { kind: "wait", ms: 3_000 }, times: 1 });
    await withProvider(stack, async (provider) => {
      const checking = check(stack, provider);
      await untilDownloading(stack, checking);
      assert.ok((await halfWritten(stack)).length > 0);
      await done(host.up());
      const { failures, inputs } = await checking;
      assert.deepEqual(failures, []);
      assert.equal(recorded(host).digest, inputs["digest"]);
    });
  });
});

test("a provider whose engine was killed ends by itself in the middle of its work", async () => {
  await withImage(ONE_IMAGE, async (stack) => {
    const { packages, host } = stack;
    packages.faults.push({ path: NARS, act: NEVER, times: Infinity });
    let gone = "";
    await withServer([], (address) => Promise.resolve((gone = address)));
    const provider = await startProvider(stack, gone);
    const failed = assert.rejects(check(stack, provider));
    await untilDownloading(stack, failed);
    provider.closeStdin();
    await provider.ended;
    await failed;
    packages.faults.length = 0;
    await done(host.up());
  });
});

test("a provider whose stdin is closed continues while the engine is alive", async () => {
  await withImage(ONE_IMAGE, async (stack) => {
    await withProvider(stack, async (provider) => {
      const checking = check(stack, provider);
      await untilDownloading(stack, checking);
      provider.closeStdin();
      assert.deepEqual((await checking).failures, []);
      assert.deepEqual((await check(stack, provider)).failures, []);
    });
  });
});

const check = ({ registry }: ImageStack, provider: ProviderProcess) =>
  provider.check({
    urn: URN,
    olds: {},
    news: {
      __provider: 'exports.handler = () => require("pulumi-lix/provider");',
      registry: registry.host,
    },
    preview: false,
  });

/** Or until `working` is over, so that a test that went wrong ends. */
async function untilDownloading(
  { packages }: ImageStack,
  working: Promise<unknown>,
): Promise<void> {
  const over = new AbortController();
  working.catch(() => {}).finally(() => over.abort());
  while (!over.signal.aborted && !requestedPaths(packages).some((path) => NARS.test(path)))
    await sleep(5);
}

async function halfWritten({ env }: ImageStack): Promise<string[]> {
  const files = await readdir(env["LIX_IMAGE_CACHE"] ?? "", { recursive: true });
  return files.filter((file) => file.endsWith(".tmp"));
}
