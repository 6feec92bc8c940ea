/** One life of an image at each kind of registry, and what a user reads where one refuses. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LixImageError } from "../../provider/base/errors.ts";
import { registryDestination } from "../../provider/destination/registry.ts";
import { standingIn } from "../../provider/resource/drift.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import { type TestRegistry, withTestRegistry } from "../support/registry.ts";
import { sampleImage, sampleIndex } from "../support/sample-image.ts";
import { REFUSALS } from "./refusals.ts";
import { REPOSITORY } from "./server-parts.ts";
import { SERVERS } from "./servers.ts";

const IMAGE = sampleImage("a layer", "another");
const OTHER = sampleImage("somebody else's");
const INDEX = sampleIndex(IMAGE, sampleImage("for arm64"));

const clientOf = ({ host }: TestRegistry): RegistryClient =>
  new RegistryClient(
    { host, name: REPOSITORY, plainHttp: true },
    { credentials: async () => undefined, environment: {}, retryDelayMs: 1 },
  );

const writes = (registry: TestRegistry): string[] =>
  registry.log
    .splice(0)
    .filter(({ method }) => method !== "HEAD" && method !== "GET")
    .map(({ method, path }) => `${method} ${path.replace(/.*\/(manifests|blobs)\//, "$1/")}`);

for (const server of SERVERS)
  describe(server.name, () => {
    const withServer = (use: (registry: TestRegistry, client: RegistryClient) => Promise<void>) =>
      withTestRegistry(async (registry) => {
        for (const rule of server.rules(registry.store))
          registry.faults.push({ ...rule, times: Infinity });
        await use(registry, clientOf(registry));
      });
    const tagsOf = (registry: TestRegistry): ReadonlyMap<string, string> =>
      registry.store.repository(REPOSITORY).tags;

    test("a new image is pushed, one manifest request for its one tag; the second push writes nothing", () =>
      withServer(async (registry, client) => {
        await registryDestination(client).publish(IMAGE, { tags: ["v1"] });
        const manifests = writes(registry).filter((line) => line.includes("manifests/"));
        assert.deepEqual(manifests, ["PUT manifests/v1"]);
        assert.equal(tagsOf(registry).get("v1"), IMAGE.root.digest);
        const { uploaded } = await registryDestination(clientOf(registry)).publish(IMAGE, {
          tags: ["v1"],
        });
        assert.deepEqual([writes(registry), uploaded], [[], []]);
      }));

    test("two platforms are pushed under one index, and no other tag is left", () =>
      withServer(async (registry, client) => {
        await registryDestination(client).publish(INDEX, { tags: ["v1"] });
        assert.deepEqual([...tagsOf(registry)], [["v1", INDEX.root.digest]]);
        const { manifests } = registry.store.repository(REPOSITORY);
        for (const { digest } of [INDEX.root, ...INDEX.children]) assert.ok(manifests.has(digest));
      }));

    if (server.refuses === "further tags")
      test("a further tag is refused with what to do, and the first stays", () =>
        withServer(async (registry, client) => {
          await registryDestination(client).publish(IMAGE, { tags: ["v1"] });
          const again = registryDestination(client).publish(IMAGE, { tags: ["v1", "v2"] });
          await assert.rejects(again, { code: "REGISTRY_REFUSED", hint: /takes each tag once/ });
          assert.deepEqual([...tagsOf(registry).keys()], ["v1"]);
        }));
    else
      test("more tags, a tag that was moved, drift and deletion", () =>
        withServer(async (registry, client) => {
          const tags = ["v1", "v2", "v3"];
          await registryDestination(client).publish(IMAGE, { tags });
          assert.deepEqual((await client.listTags()).sort(), tags);
          await registryDestination(client).publish(OTHER, { tags: ["v2"] });
          const image = { root: IMAGE.root.digest, children: [], tags, blobs: [], referrers: [] };
          const { drift, gone } = await standingIn(client, image);
          assert.deepEqual([drift.length, gone], [1, false]);
          assert.match(drift[0] ?? "", /tag v2 points to/);
          writes(registry);
          await registryDestination(client).publish(IMAGE, { tags });
          assert.deepEqual(writes(registry), ["PUT manifests/v2"]);
          await client.deleteTag("v3");
          assert.deepEqual((await client.listTags()).sort(), ["v1", "v2"]);
          if (server.keeps === "tagged manifests") {
            const refused = client.deleteManifest(IMAGE.root.digest);
            await assert.rejects(refused, { code: "REGISTRY_REFUSED" });
            for (const tag of ["v1", "v2"]) await client.deleteTag(tag);
          }
          await client.deleteManifest(IMAGE.root.digest);
          assert.equal((await standingIn(client, image)).gone, true);
        }));
  });

for (const { name, to, reply, says, hint } of REFUSALS)
  test(`${name}: the reason is shown, with what to do, and no tag is pushed`, () =>
    withTestRegistry(async (registry) => {
      registry.faults.push({ ...to, times: Infinity, act: { kind: "answer", ...reply } });
      const push = registryDestination(clientOf(registry)).publish(IMAGE, { tags: ["v1"] });
      await assert.rejects(push, (error: LixImageError) => {
        assert.match(error.message, says);
        assert.match(error.hint ?? "", hint);
        assert.notEqual(error.code, "NOT_A_REGISTRY");
        return true;
      });
      assert.equal(registry.store.repository(REPOSITORY).tags.size, 0);
    }));
