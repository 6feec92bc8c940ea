/** What other registries and another client make of what we push. @module */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Bytes } from "../../provider/base/bytes.ts";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { ociLayoutDestination, readOciLayout } from "../../provider/destination/oci-layout.ts";
import { registryDestination } from "../../provider/destination/registry.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import type { RegistryMemories } from "../../provider/registry/registry-memory.ts";
import { findCredentials } from "../../provider/login/find-credentials.ts";
import { DISTRIBUTIONS, withDockerRegistry } from "../support/docker-registry.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { needs, runPeer } from "../support/peers.ts";
import { startRegistry } from "../support/registry.ts";
import { sampleImage, sampleIndex } from "../support/sample-image.ts";

const IMAGE = sampleImage("one layer", "another layer".repeat(100_000));
const INDEX = sampleIndex(IMAGE, sampleImage("one layer", "for arm"));
const DIGESTS = INDEX.blobs.map(({ digest }) => digest);

const skopeo = (...args: readonly string[]): Promise<string> =>
  runPeer("skopeo", "--insecure-policy", ...args);

const clientOf = (host: string, name = "acme/lix", memories?: RegistryMemories): RegistryClient =>
  new RegistryClient(
    { host, name, plainHttp: true },
    { credentials: async () => undefined, memories },
  );

for (const program of DISTRIBUTIONS)
  describe(program, { skip: needs(program) }, () => {
    test(
      "has what we pushed, as skopeo sees it; and a second push sends nothing",
      { skip: needs("skopeo") },
      () =>
        withDockerRegistry({ program }, async (host) => {
          const destination = registryDestination(clientOf(host));
          const first = await destination.publish(IMAGE, { tags: ["v1", "latest"] });
          assert.equal(first.uploaded.length, 3);
          const again = await destination.publish(IMAGE, { tags: ["v1", "latest"] });
          assert.deepEqual(again.uploaded, []);

          const image = `docker://${host}/acme/lix:v1`;
          const inspected = JSON.parse(await skopeo("inspect", "--tls-verify=false", image));
          const { Digest, RepoTags } = inspected as { Digest: string; RepoTags: string[] };
          assert.equal(Digest, IMAGE.root.digest);
          assert.deepEqual(RepoTags.sort(), ["latest", "v1"]);
          assert.deepEqual((await clientOf(host).listTags()).sort(), ["latest", "v1"]);

          await withTempDir(async (folder) => {
            const layout = join(folder, "layout");
            await skopeo("copy", "--src-tls-verify=false", image, `oci:${layout}:v1`);
            const { root } = await readOciLayout(layout, "v1");
            assert.deepEqual(Buffer.from(root.bytes), Buffer.from(IMAGE.root.bytes));
          });
        }),
    );

    test("takes an index, and blobs mounted from another repository", () =>
      withDockerRegistry({ program }, async (host) => {
        const memories = new Map();
        const [base, other] = ["base/lix", "other/lix"].map((name) =>
          registryDestination(clientOf(host, name, memories)),
        );
        assert.ok(base !== undefined && other !== undefined);
        await base.publish(INDEX, { tags: ["v1"] });
        const report = await other.publish(INDEX, { tags: ["v1"] });
        assert.deepEqual(report, { uploaded: [], reused: DIGESTS });
        assert.deepEqual(await other.missing(DIGESTS), new Set());
        const head = await clientOf(host, "other/lix").headManifest("v1");
        assert.equal(head?.digest, INDEX.root.digest);
      }));

    test("deletes a manifest with its tags, and one tag alone where it can", () =>
      withDockerRegistry({ program }, async (host) => {
        const client = clientOf(host);
        await registryDestination(client).publish(IMAGE, { tags: ["v1", "v2"] });
        if (program === "docker-registry")
          await assert.rejects(client.deleteTag("v1"), { code: "REGISTRY_REFUSED" });
        else {
          await client.deleteTag("v1");
          assert.equal(await client.headManifest("v1"), undefined);
        }
        assert.equal((await client.headManifest("v2"))?.digest, IMAGE.root.digest);
        await client.deleteManifest(IMAGE.root.digest);
        assert.equal(await client.headManifest("v1"), undefined);
        assert.equal(await client.headManifest("v2"), undefined);
      }));

    test("lets in only the user whom DOCKER_AUTH_CONFIG names", () =>
      // Hash and password of crypt_blowfish's test vectors.
      withDockerRegistry(
        { program, htpasswd: "me:$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n" },
        async (host) => {
          const address = { host, name: "acme/lix", plainHttp: true };
          const auth = Buffer.from("me:U*U").toString("base64");
          const DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { [host]: { auth } } });
          const mine = new RegistryClient(address, {
            credentials: (asked, name) => findCredentials(asked, name, { DOCKER_AUTH_CONFIG }),
          });
          await registryDestination(mine).publish(IMAGE, { tags: ["v1"] });
          assert.equal((await mine.headManifest("v1"))?.digest, IMAGE.root.digest);
          await assert.rejects(clientOf(host).headManifest("v1"), { code: "REGISTRY_DENIED" });
        },
      ));

    test("has all of a blob whose upload was cut", () =>
      withDockerRegistry({ program }, async (host) => {
        const proxy = await startFaultProxy(host);
        try {
          const path = /\/blobs\/uploads\//;
          proxy.faults.push({ method: "PUT", path, act: { kind: "drop", afterBytes: 100 } });
          await registryDestination(clientOf(proxy.host)).publish(INDEX, { tags: ["v1"] });
          assert.ok(proxy.log.some(({ method, status }) => method === "PUT" && status === 0));
        } finally {
          await proxy.close();
        }
        for (const { digest, size } of INDEX.blobs)
          assert.equal((await Bytes.collect(clientOf(host).getBlob(digest))).length, size);
        assert.equal((await clientOf(host).headManifest("v1"))?.digest, INDEX.root.digest);
      }));
  });

test(
  "skopeo reads our OCI layout, and our registry of the tests serves skopeo as it serves us",
  { skip: needs("skopeo") },
  () =>
    withTempDir(async (folder) => {
      const source = join(folder, "source");
      await ociLayoutDestination(source).publish(INDEX, { tags: ["v1"] });
      const registry = await startRegistry({
        folder: join(folder, "registry"),
        auth: { kind: "bearer", users: { me: "pw" } },
      });
      const image = `docker://${registry.host}/acme/lix:v1`;
      try {
        const to = ["--dest-tls-verify=false", "--dest-creds=me:pw"];
        await skopeo("copy", "--all", ...to, `oci:${source}:v1`, image);
        const client = new RegistryClient(
          { host: registry.host, name: "acme/lix", plainHttp: true },
          {
            credentials: async () =>
              ({ kind: "basic", username: "me", password: "pw", source: "a test" }) as const,
          },
        );
        assert.equal((await client.headManifest("v1"))?.digest, INDEX.root.digest);
        assert.deepEqual(await registryDestination(client).missing(DIGESTS), new Set());

        const back = join(folder, "back");
        const from = ["--src-tls-verify=false", "--src-creds=me:pw"];
        await skopeo("copy", "--all", ...from, image, `oci:${back}:v1`);
        assert.equal((await readOciLayout(back, "v1")).root.digest, INDEX.root.digest);
      } finally {
        await registry.close();
      }
    }),
);
