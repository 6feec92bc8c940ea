/** A layer's blob is damaged in the local cache after it was found whole, and before it is pushed. */
import assert from "node:assert/strict";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { publish } from "../../../provider/app/publish.ts";
import { Session } from "../../../provider/app/session.ts";
import { readOciLayout } from "../../../provider/destination/oci-layout.ts";
import { destinationsOf } from "../../../provider/app/destinations.ts";
import { planWithDigests } from "../../../provider/app/build-image.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { makeSpec } from "../../../provider/arguments/spec.ts";
import { withWorkshop } from "../../support/workshop.ts";

function damageBlobs(cache: string): void {
  for (const name of globSync("v1/blobs/*", { cwd: cache })) {
    const bytes = readFileSync(join(cache, name));
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    writeFileSync(join(cache, name), bytes);
  }
}

test("a damaged blob is detected, built again and pushed, to every kind of destination", () =>
  withWorkshop({}, async ({ world, registry, folder, cache }) => {
    const digests = new Set<string>();
    for (const where of [
      { registry: `${registry.host}/acme` },
      { archives: [{ type: "oci-layout", path: "layout" }] },
      { archives: [{ type: "oci-layout", path: "layout.tar" }] },
      { archives: [{ type: "docker-archive", path: "docker.tar" }] },
    ]) {
      rmSync(cache, { recursive: true, force: true });
      const session = new Session(cache);
      const spec = makeSpec(LixImageInputs.parse({ lock: world.lockFile, ...where }), {
        directory: folder,
        destination: "required",
      });
      const imagePlan = await planWithDigests(session, spec);
      damageBlobs(cache);
      const { assembled, failures } = await publish(
        session,
        imagePlan,
        destinationsOf(session, spec),
      );
      assert.deepEqual(failures, []);
      digests.add(assembled.image.root.digest);
    }
    assert.equal(digests.size, 1);
    const [digest = ""] = digests;
    assert.equal(registry.store.repository("acme/lix").tags.get("latest"), digest);
    const layout = await readOciLayout(join(folder, "layout"));
    assert.equal(layout.root.digest, digest);
  }));
