/** What a registry and a client in Go make of the certificates of certs.d. @module */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { render } from "../../provider/base/errors.ts";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { registryDestination } from "../../provider/destination/registry.ts";
import { certificateFolders } from "../../provider/registry/certificates.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import { makeCertificates, needsOpenssl } from "../support/certificates.ts";
import { withDockerRegistry } from "../support/docker-registry.ts";
import { findPeer, needs } from "../support/peers.ts";
import { sampleImage } from "../support/sample-image.ts";

const IMAGE = sampleImage("one layer", "another layer".repeat(100_000));

test(
  "skopeo shows docker-registry the same certificate, out of the same folder",
  { skip: needsOpenssl || needs("docker-registry", "skopeo") },
  () =>
    withTempDir(async (root) => {
      const [home, keys, others] = ["home", "keys", "others"].map((name) => join(root, name));
      assert.ok(home && keys && others);
      for (const folder of [home, keys, others]) await mkdir(folder);
      const certificates = makeCertificates(keys);
      await withDockerRegistry({ certificates }, async (host) => {
        const clientOf = (): RegistryClient =>
          new RegistryClient(
            { host, name: "acme/lix", plainHttp: false },
            { environment: { HOME: home } },
          );
        const skopeo = async (): Promise<string> => {
          const program = findPeer("skopeo") ?? "skopeo";
          const args = ["--insecure-policy", "inspect", "--format={{.Digest}}"];
          const env = { ...process.env, HOME: home };
          const run = promisify(execFile)(program, [...args, `docker://${host}/acme/lix:v1`], {
            env,
          });
          return (await run).stdout.trim();
        };
        const [folder = ""] = certificateFolders(host, { HOME: home });
        await mkdir(folder, { recursive: true });
        await cp(certificates.ca, join(folder, "ca.crt"));
        await assert.rejects(skopeo());
        await assert.rejects(clientOf().headManifest("v1"), { code: "TLS_REFUSED" });

        const foreign = makeCertificates(others).client;
        await cp(foreign.cert, join(folder, "client.cert"));
        await cp(foreign.key, join(folder, "client.key"));
        await assert.rejects(skopeo());
        await assert.rejects(clientOf().headManifest("v1"), (error) => {
          assert.match(render(error), /refuses the client certificate in/);
          return true;
        });

        await cp(certificates.client.cert, join(folder, "client.cert"));
        await cp(certificates.client.key, join(folder, "client.key"));
        await registryDestination(clientOf()).publish(IMAGE, { tags: ["v1"] });
        assert.equal(await skopeo(), IMAGE.root.digest);
      });
    }),
);
