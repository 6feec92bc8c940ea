import assert from "node:assert/strict";
import { test } from "node:test";
import { registryDestination } from "../../../provider/destination/registry.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import type { Blob } from "../../../provider/formats/oci/layer.ts";
import type { RegistryMemories } from "../../../provider/registry/registry-memory.ts";
import { type TestRegistry, withTestRegistry } from "../../support/registry.ts";
import { sampleImage, sampleIndex } from "../../support/sample-image.ts";

const IMAGE = sampleImage("one layer", "another layer");

const digestOf = ({ digest }: Blob): Blob["digest"] => digest;

const to = (
  { host }: TestRegistry,
  name: string,
  memories?: RegistryMemories,
): ReturnType<typeof registryDestination> =>
  registryDestination(
    new RegistryClient(
      { host, name, plainHttp: true },
      { credentials: async () => undefined, memories },
    ),
  );

const writes = (registry: TestRegistry): string[] =>
  registry.log
    .filter(({ method }) => method === "PUT")
    .map(({ path }) => path.replace(/\/uploads.*/, "").replace("/v2/acme/lix/", ""));

test("writes blobs, then children, then the tags, the root with the first of them", () =>
  withTestRegistry(async (registry) => {
    const index = sampleIndex(IMAGE, sampleImage("for arm"));
    await to(registry, "acme/lix").publish(index, { tags: ["v1", "latest"] });
    const [left, right] = index.children.map(({ digest }) => `manifests/${digest}`);
    const order = writes(registry);
    assert.deepEqual(new Set(order.slice(0, index.blobs.length)), new Set(["blobs"]));
    assert.deepEqual(order.slice(index.blobs.length), [
      left,
      right,
      "manifests/v1",
      "manifests/latest",
    ]);
  }));

test("asks and writes nothing more when all is as it should be", () =>
  withTestRegistry(async (registry) => {
    const destination = to(registry, "acme/lix");
    await destination.publish(IMAGE, { tags: ["v1"] });
    registry.log.length = 0;
    await destination.publish(IMAGE, { tags: ["v1"] });
    assert.equal(registry.count("HEAD"), IMAGE.blobs.length + 1);
    assert.equal(registry.log.length, IMAGE.blobs.length + 1);
    registry.log.length = 0;
    await destination.publish(IMAGE, { tags: ["v1"], missing: new Set() });
    assert.deepEqual(
      registry.log.map(({ method, path }) => `${method} ${path}`),
      ["HEAD /v2/acme/lix/manifests/v1"],
    );
  }));

test("mounts what its session has published in another repository", () =>
  withTestRegistry(async (registry) => {
    const memories = new Map();
    await to(registry, "base/lix", memories).publish(IMAGE, { tags: ["v1"] });
    const report = await to(registry, "acme/lix", memories).publish(IMAGE, { tags: ["v1"] });
    assert.deepEqual(report.uploaded, []);
    assert.equal(report.reused.length, IMAGE.blobs.length);
    assert.equal(registry.count("PUT", /acme.*blobs/), 0);
  }));

test("a blob that one session has published is not mounted by another", () =>
  withTestRegistry(async (registry) => {
    await to(registry, "base/lix").publish(IMAGE, { tags: ["v1"] });
    const report = await to(registry, "acme/lix").publish(IMAGE, { tags: ["v1"] });
    assert.equal(report.uploaded.length, IMAGE.blobs.length);
    assert.equal(registry.count("POST", /mount=/), 0);
  }));

test("two images that are pushed at once send what they share once, within a session", async () => {
  for (const [memories, uploads] of [
    [new Map(), IMAGE.blobs.length],
    [undefined, 2 * IMAGE.blobs.length],
  ] as const)
    await withTestRegistry(async (registry) => {
      const both = [1, 2].map((at) =>
        to(registry, "acme/lix", memories).publish(IMAGE, { tags: [`v${at}`] }),
      );
      const reports = await Promise.all(both);
      assert.equal(reports.flatMap(({ uploaded }) => uploaded).length, uploads);
    });
});

test("asks again when what it knew about missing blobs proves wrong", () =>
  withTestRegistry(async (registry) => {
    const destination = to(registry, "acme/lix");
    const report = await destination.publish(IMAGE, { tags: ["v1"], missing: new Set() });
    assert.equal(report.uploaded.length, IMAGE.blobs.length);
  }));

test("moves no tag when the manifest is refused", () =>
  withTestRegistry(async (registry) => {
    const destination = to(registry, "acme/lix");
    await destination.publish(IMAGE, { tags: ["v1"] });
    const act = { kind: "answer", status: 400, body: "{}" } as const;
    registry.faults.push({ method: "PUT", path: /manifests/, act });
    const next = sampleImage("the next one");
    await assert.rejects(destination.publish(next, { tags: ["v1"] }), { code: "REGISTRY_REFUSED" });
    assert.equal(registry.store.repository("acme/lix").tags.get("v1"), IMAGE.root.digest);
  }));

test("complains of a tag that points elsewhere just after it was pushed", () =>
  withTestRegistry(async (registry) => {
    await to(registry, "acme/lix").publish(sampleImage("theirs"), { tags: ["theirs"] });
    const [theirs = ""] = registry.store.repository("acme/lix").manifests.keys();
    const lie = { kind: "lie", headers: { "docker-content-digest": theirs } } as const;
    registry.faults.push({ method: "HEAD", path: /manifests\/v1/, times: Infinity, act: lie });
    await assert.rejects(to(registry, "acme/lix").publish(IMAGE, { tags: ["v1"] }), {
      code: "TAG_NOT_KEPT",
    });
  }));

test("looks once at an image with the same layers, and asks only for the blobs that it lacks", () =>
  withTestRegistry(async (registry) => {
    const destination = to(registry, "acme/lix");
    const layers = Array.from({ length: 20 }, (_, at) => `layer ${at}`);
    const before = sampleImage(...layers);
    await destination.publish(before, { tags: ["v1"] });
    const next = sampleImage(...layers, "one more");
    const isNew = ({ digest }: Blob): boolean => !before.blobs.some((old) => old.digest === digest);
    for (const images of [["v1"], [before.root.digest], ["not-there", "v1"]]) {
      registry.log.length = 0;
      const missing = await destination.missing(next.blobs.map(digestOf), { images });
      assert.deepEqual([...missing], next.blobs.filter(isNew).map(digestOf));
      assert.equal(registry.count("GET", /manifests/), images.length);
      assert.equal(registry.count("HEAD", /blobs/), 2);
    }
  }));

test("an index promises the blobs of its images", () =>
  withTestRegistry(async (registry) => {
    const destination = to(registry, "acme/lix");
    const index = sampleIndex(IMAGE, sampleImage("for arm"));
    await destination.publish(index, { tags: ["v1"] });
    registry.log.length = 0;
    const digests = index.blobs.map(digestOf);
    assert.equal((await destination.missing(digests, { images: ["v1"] })).size, 0);
    assert.equal(registry.count("GET", /manifests/), 3);
    assert.equal(registry.log.length, 3);
  }));

test("asks for each blob where a tag names no image that it can read", () =>
  withTestRegistry(async (registry) => {
    const destination = to(registry, "acme/lix");
    await destination.publish(IMAGE, { tags: ["v1"] });
    const digests = IMAGE.blobs.map(digestOf);
    const refuse = { kind: "answer", status: 400, body: "{}" } as const;
    const page = { kind: "answer", status: 200, body: '{"schemaVersion":1}' } as const;
    for (const act of [refuse, page]) {
      registry.faults.push({ method: "GET", path: /manifests/, act });
      registry.log.length = 0;
      assert.equal((await destination.missing(digests, { images: ["v1"] })).size, 0);
      assert.equal(registry.count("HEAD", /blobs/), digests.length);
    }
  }));

test("a registry that does not answer is not asked for each blob as well", () =>
  withTestRegistry(async (registry) => {
    const busy = { kind: "answer", status: 503, headers: { "retry-after": "0" } } as const;
    registry.faults.push({ path: /./, times: Infinity, act: busy });
    const asking = to(registry, "acme/lix").missing(IMAGE.blobs.map(digestOf), { images: ["v1"] });
    await assert.rejects(asking, { code: "REGISTRY_UNAVAILABLE" });
    assert.equal(registry.count("HEAD"), 0);
  }));
