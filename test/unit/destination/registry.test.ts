import assert from "node:assert/strict";
import { test } from "node:test";
import { registryDestination } from "../../../provider/destination/registry.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { type TestRegistry, withTestRegistry } from "../../support/registry.ts";
import { sampleImage, sampleIndex } from "../../support/sample-image.ts";

const IMAGE = sampleImage("one layer", "another layer");

const to = ({ host }: TestRegistry, name: string): ReturnType<typeof registryDestination> =>
  registryDestination(
    new RegistryClient({ host, name, plainHttp: true }, { credentials: async () => undefined }),
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

test("mounts what this process has published in another repository", () =>
  withTestRegistry(async (registry) => {
    await to(registry, "base/lix").publish(IMAGE, { tags: ["v1"] });
    const report = await to(registry, "acme/lix").publish(IMAGE, { tags: ["v1"] });
    assert.deepEqual(report.uploaded, []);
    assert.equal(report.reused.length, IMAGE.blobs.length);
    assert.equal(registry.count("PUT", /acme.*blobs/), 0);
  }));

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
