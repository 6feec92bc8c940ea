import assert from "node:assert/strict";
import { test } from "node:test";
import { putManifests } from "../../../provider/destination/registry-manifests.ts";
import { registryDestination } from "../../../provider/destination/registry.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";
import { sampleImage, sampleIndex } from "../../support/sample-image.ts";

const INDEX = sampleIndex(sampleImage("for amd64"), sampleImage("for arm64"));
const [AMD64 = "", ARM64 = ""] = INDEX.children.map(({ digest }) => digest);
const ROOT = INDEX.root.digest;

interface Pushing {
  readonly registry: TestRegistry;
  readonly client: RegistryClient;
  /** Requests for manifests, as `PUT latest`, since the last time. */
  readonly asked: () => string[];
}

/** A repository that has the blobs, and no manifest. */
async function withBlobs(use: (pushing: Pushing) => Promise<void>): Promise<void> {
  const registry = await startRegistry();
  try {
    const client = new RegistryClient(
      { host: registry.host, name: "acme/lix", plainHttp: true },
      { credentials: async () => undefined },
    );
    await registryDestination(client).publish(INDEX, { tags: [] });
    registry.store.repository("acme/lix").manifests.clear();
    registry.log.length = 0;
    const asked = (): string[] =>
      registry.log
        .splice(0)
        .map(({ method, path }) => `${method} ${path.replace(/.*\/manifests\//, "")}`);
    await use({ registry, client, asked });
  } finally {
    await registry.close();
  }
}

test("an index is written when each platform's manifest is seen to be there, its tags after it", () =>
  withBlobs(async ({ client, asked }) => {
    await putManifests(client, INDEX, { tags: ["latest"] });
    const log = asked();
    const at = (line: string): number => log.lastIndexOf(line);
    for (const child of [AMD64, ARM64]) {
      assert.ok(at(`PUT ${child}`) < at(`HEAD ${child}`), log.join("\n"));
      assert.ok(at(`HEAD ${child}`) < at("PUT latest"), log.join("\n"));
    }
    // There are registries that take a manifest once, so the index goes in with its tag.
    assert.ok(!log.includes(`PUT ${ROOT}`));
    assert.deepEqual(log.slice(-2), ["PUT latest", "HEAD latest"]);
  }));

test("nothing that is already there is written again", () =>
  withBlobs(async ({ registry, client, asked }) => {
    await putManifests(client, INDEX, { tags: ["latest", "v1"] });
    const { manifests, tags } = registry.store.repository("acme/lix");
    const writes = async (): Promise<string[]> => {
      asked();
      await putManifests(client, INDEX, { tags: ["latest", "v1"] });
      return asked().filter((line) => line.startsWith("PUT"));
    };
    assert.deepEqual(await writes(), []);
    manifests.delete(ARM64);
    assert.deepEqual(await writes(), [`PUT ${ARM64}`]);
    tags.set("v1", AMD64);
    assert.deepEqual(await writes(), ["PUT v1"]);
    tags.clear();
    manifests.delete(ROOT);
    assert.deepEqual(await writes(), ["PUT latest", "PUT v1"]);
  }));

test("a registry that takes a moment to show what it took is asked again", () =>
  withBlobs(async ({ registry, client, asked }) => {
    const act = { kind: "answer", status: 404 } as const;
    // Once before it is written, twice after.
    registry.faults.push({ method: "HEAD", path: new RegExp(ARM64), times: 3, act });
    await putManifests(client, INDEX, { tags: ["latest"] });
    const log = asked();
    assert.equal(log.filter((line) => line === `HEAD ${ARM64}`).length, 4);
    assert.equal(log.filter((line) => line === `PUT ${ARM64}`).length, 1);
    assert.ok(log.lastIndexOf(`HEAD ${ARM64}`) < log.indexOf("PUT latest"));
  }));

test("a registry that loses a platform's manifest gets neither index nor tag", () =>
  withBlobs(async ({ registry, client }) => {
    const act = { kind: "answer", status: 404 } as const;
    registry.faults.push({ method: "HEAD", path: new RegExp(ARM64), times: Infinity, act });
    await assert.rejects(putManifests(client, INDEX, { tags: ["latest"] }), {
      code: "MANIFEST_NOT_KEPT",
      message: `${registry.host}/acme/lix: manifest ${ARM64} was accepted but is not there`,
    });
    const { manifests, tags } = registry.store.repository("acme/lix");
    assert.ok(!manifests.has(ROOT));
    assert.equal(tags.size, 0);
  }));
