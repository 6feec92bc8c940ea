/** The provider process is killed at some point of an up; the next up finishes what it began. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestRegistry } from "../support/registry.ts";
import type { RequestLine } from "../support/request-line.ts";
import {
  changes,
  done,
  recorded,
  stateOf,
  tagged,
  takeLog,
  uploads,
} from "./fixtures/image-results.ts";
import { given, ONE_IMAGE, withImage, type ImageStack } from "./fixtures/with-image.ts";
import { withProvider } from "./fixtures/with-provider.ts";
import type { ResourceState } from "./host/checkpoint.ts";

const URN = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/lix:LixImage::lix";
const SYSTEMS = ["x86_64-linux", "aarch64-linux"] as const;

/** Which request is never answered: the process is killed while it waits. */
const POINTS: readonly (readonly [string, { readonly method: string; readonly path: RegExp }])[] = [
  ["before the first blob", { method: "POST", path: /uploads/ }],
  ["in the middle of the blobs", { method: "PUT", path: /uploads/ }],
  ["before a platform's manifest", { method: "PUT", path: /manifests\/sha256/ }],
  ["before a tag", { method: "PUT", path: /manifests\/latest/ }],
  ["between two tags", { method: "PUT", path: /manifests\/stable/ }],
  ["after the last tag", { method: "HEAD", path: /manifests\/stable/ }],
];
/** That many of them are answered. */
const ANSWERED = new Map([
  ["in the middle of the blobs", 5],
  ["before a platform's manifest", 1],
  // Before its tag is written it is asked for once.
  ["after the last tag", 1],
]);

test("killed at any point: no tag names half an image, nothing is sent twice, and the next up completes the push", async () => {
  await withImage(
    ONE_IMAGE,
    async (stack) => {
      const { host, registry } = stack;
      const args = given({ systems: SYSTEMS, extraTags: ["stable"] });
      const preview = await done(host.preview(args));
      for (const [when, request] of POINTS) {
        registry.store.repositories.clear();
        const answered = ANSWERED.get(when) ?? 0;
        if (answered > 0)
          registry.faults.push({ ...request, times: answered, act: { kind: "wait", ms: 1 } });
        registry.faults.push({ ...request, times: Infinity, act: { kind: "wait", ms: 1_500 } });
        const reached = (): boolean => registry.count(request.method, request.path) > answered;
        await killAt(stack, { reached, args: { systems: SYSTEMS, extraTags: ["stable"] } });
        const first = takeLog(registry);
        assertTagsWhole(registry, when);
        registry.faults.length = 0;
        // What had come before the kill may still be taken in.
        await sleep(1_600);
        assertTagsWhole(registry, when);

        await done(host.up(args));
        const { digest } = recorded(host);
        assert.equal(digest, preview.outputs["digest"], when);
        assert.deepEqual([tagged(registry), tagged(registry, "stable")], [digest, digest], when);
        assertTagsWhole(registry, when);
        assertSentOnce([...first, ...takeLog(registry)], when);
        host.state = { ...host.state, deployment: { resources: [] } };
      }
    },
    { world: { systems: SYSTEMS } },
  );
});

test("killed in an update, the tag still names the image before it, or the whole new one", async () => {
  await withImage(ONE_IMAGE, async (stack) => {
    const { host, registry } = stack;
    await done(host.up());
    const { digest: before } = recorded(host);
    const setting = { nixConf: { cores: 4 } };
    const requests = [
      { method: "PUT", path: /uploads/ },
      { method: "PUT", path: /manifests\/latest/ },
    ];
    for (const request of requests) {
      takeLog(registry);
      registry.faults.push({ ...request, times: Infinity, act: { kind: "wait", ms: 1_500 } });
      const reached = (): boolean => registry.count(request.method, request.path) > 0;
      const after = await killAt(stack, { reached, args: setting, before: stateOf(host) });
      registry.faults.length = 0;
      await sleep(1_600);
      // The last request may have come whole.
      const names = request.path.source.includes("latest") ? [before, after] : [before];
      assert.ok(names.includes(tagged(registry) ?? ""), tagged(registry));
      assertTagsWhole(registry, String(request.path));
    }
    await done(host.up(given(setting)));
    assert.notEqual(recorded(host).digest, before);
    assert.equal(tagged(registry), recorded(host).digest);
    assert.deepEqual(changes(await done(host.up({ ...given(setting), refresh: true }))), []);
  });
});

interface Kill {
  readonly reached: () => boolean;
  readonly args: Readonly<Record<string, unknown>>;
  /** What is updated; without it the image is created. */
  readonly before?: ResourceState;
}

/**
 * The engine's calls: check, create or update; then the process is killed.
 * @returns the digest that check promised.
 */
async function killAt(stack: ImageStack, { reached, args, before }: Kill): Promise<string> {
  let promised = "";
  const { host: registry } = stack.registry;
  await withProvider(stack, async (provider) => {
    const __provider = 'exports.handler = () => require("pulumi-lix/provider");';
    const { inputs, failures } = await provider.check({
      urn: URN,
      olds: before?.inputs ?? {},
      news: { __provider, registry, ...args },
      preview: false,
    });
    assert.deepEqual(failures, []);
    promised = String(inputs["digest"]);
    const working = before
      ? provider.update({ ...before, id: before.id ?? "" }, inputs)
      : provider.create(URN, inputs);
    const failed = assert.rejects(working);
    while (!reached()) await sleep(5);
    await provider.kill();
    await failed;
  });
  return promised;
}

/** Whatever a tag points to can be pulled. */
function assertTagsWhole(registry: TestRegistry, when: string): void {
  for (const { tags, manifests, blobs } of registry.store.repositories.values()) {
    const assertHas = (digest: string): void => {
      const manifest = manifests.get(digest);
      if (manifest === undefined) return assert.ok(blobs.has(digest), `${when}: ${digest}`);
      const text = Buffer.from(manifest.bytes).toString("utf8");
      const below = [...text.matchAll(/"digest":"(sha256:[0-9a-f]{64})"/g)];
      assert.ok(below.length > 1);
      for (const [, child = ""] of below) assertHas(child);
    };
    for (const digest of tags.values()) assertHas(digest);
  }
}

function assertSentOnce(log: readonly RequestLine[], when: string): void {
  const sent = uploads(log);
  assert.ok(sent.length > 30, when);
  assert.equal(new Set(sent).size, sent.length, when);
}
