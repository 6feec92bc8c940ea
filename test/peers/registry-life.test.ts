/** The life of an image in other registries: pushed, left alone, moved by somebody, repaired, removed. @module */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ResourceSession } from "../../provider/resource/resource-session.ts";
import { registryDestination } from "../../provider/destination/registry.ts";
import { remove } from "../../provider/pulumi/delete.ts";
import { push } from "../../provider/pulumi/push.ts";
import { read } from "../../provider/pulumi/read.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import { DISTRIBUTIONS, withDockerRegistry } from "../support/docker-registry.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { needs } from "../support/peers.ts";
import { sampleImage } from "../support/sample-image.ts";
import { withWorkshop } from "../support/workshop.ts";

const SYSTEMS = ["x86_64-linux", "aarch64-linux"] as const;
const OTHER = sampleImage("somebody else's");

for (const program of DISTRIBUTIONS)
  for (const systems of [SYSTEMS.slice(0, 1), SYSTEMS])
    test(`in ${program}, an image of ${systems.join(" and ")}`, { skip: needs(program) }, () =>
      withDockerRegistry({ program }, (host) =>
        withWorkshop({ world: { systems: SYSTEMS } }, async ({ world, cache }) => {
          // Without faults: it is here for its log.
          const proxy = await startFaultProxy(host);
          const writes = (): string[] =>
            proxy.log
              .filter(({ method }) => method !== "GET" && method !== "HEAD")
              .map(({ method, path }) => `${method} ${path.replace(/sha256:.*|[?].*/, "…")}`);
          const session = new ResourceSession(cache);
          const client = new RegistryClient({ host, name: "acme/lix", plainHttp: true });
          const inputs = {
            lock: world.lockFile,
            registry: `${proxy.host}/acme`,
            deleteFromRegistry: true,
            systems,
          };
          try {
            const { id, outs } = await push(session, inputs);
            const { digest } = outs;
            assert.equal((await client.headManifest("latest"))?.digest, digest);
            const pushed = writes();
            assert.deepEqual((await read(session, id, outs)).props, outs);
            assert.deepEqual((await push(session, inputs, outs)).outs, outs);
            assert.deepEqual(writes(), pushed, "the second time nothing is sent");

            await registryDestination(client).publish(OTHER, { tags: ["latest"] });
            const moved = await read(session, id, outs);
            const drift = `tag latest points to ${OTHER.root.digest}, not to ${String(digest)}`;
            assert.deepEqual(moved.props["drift"], [drift]);
            await push(session, inputs, moved.props);
            assert.equal((await client.headManifest("latest"))?.digest, digest);
            const repair = writes().slice(pushed.length);
            assert.deepEqual(repair, ["PUT /v2/acme/lix/manifests/latest"]);

            await remove(outs);
            assert.equal(await client.headManifest("latest"), undefined);
            assert.equal(await client.headManifest(String(digest)), undefined);
            assert.equal((await read(session, id, outs)).id, "");
            const left = await client.headManifest(OTHER.root.digest);
            assert.equal(left?.digest, OTHER.root.digest);
          } finally {
            await proxy.close();
          }
        }),
      ),
    );
