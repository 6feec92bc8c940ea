/** Documents that are attached to an image: switched on, lost, and switched off. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  changes,
  done,
  recorded,
  requestedPaths,
  takeLog,
  uploads,
} from "./fixtures/image-results.ts";
import { given, ONE_IMAGE, withImage } from "./fixtures/with-image.ts";

test("documents are switched on, repaired and switched off without the image, and no package is fetched", () =>
  withImage(ONE_IMAGE, async ({ host, registry, packages, env }) => {
    await done(host.up());
    const { digest } = recorded(host);
    const { manifests } = registry.store.repository("lix");
    const plain = manifests.size;

    // On a machine that has only the state.
    packages.log.length = registry.log.length = 0;
    const args = given({ sbom: "spdx", provenance: true });
    const elsewhere = { env: { ...args.env, LIX_IMAGE_CACHE: `${env["HOME"]}/empty` } };
    const on = await done(host.up(elsewhere));
    assert.deepEqual(changes(on), ["update lix"]);
    assert.equal(recorded(host).digest, digest);
    assert.deepEqual(requestedPaths(packages), []);
    assert.equal(uploads(takeLog(registry)).length, 3, "two documents and their empty config");
    const attached = recorded(host).referrers;
    assert.deepEqual(
      attached.map(({ artifactType, subject }) => [artifactType, subject]),
      ["application/spdx+json", "application/vnd.in-toto+json"].map((type) => [type, digest]),
    );
    assert.deepEqual(changes(await done(host.up(args))), []);

    manifests.delete(attached[0]?.digest ?? "");
    const repaired = await done(host.up({ ...args, refresh: true }));
    assert.match(repaired.logs.join("\n"), /application\/spdx\+json/);
    assert.ok(manifests.has(attached[0]?.digest ?? ""));

    const off = await done(host.up());
    assert.deepEqual(changes(off), ["update lix"]);
    assert.equal(manifests.size, plain);
  }));
