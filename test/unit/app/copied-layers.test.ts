/** Layers that one destination lacks and another has, on a machine that has nothing but the state. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { planWithDigests } from "../../../provider/app/build-image.ts";
import type { ImagePlan } from "../../../provider/app/plan-image.ts";
import { publish, type Published } from "../../../provider/app/publish.ts";
import { Session } from "../../../provider/app/session.ts";
import { destinationsOf } from "../../../provider/app/destinations.ts";
import type { LayerIdentity } from "../../../provider/formats/oci/layer.ts";
import { makeSpec } from "../../../provider/arguments/spec.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { otherMachine } from "../../support/other-machine.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";
import { warningsOf } from "../../support/warnings.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";

interface Stand {
  readonly workshop: Workshop;
  /** Another registry than the workshop's. */
  readonly elsewhere: TestRegistry;
  /** That pushed the image to the first repository. */
  readonly session: Session;
  /** That knows of it, and whose local cache is empty. */
  readonly clean: Session;
  readonly layers: readonly LayerIdentity[];
  readonly root: string;
  planImage(session: Session, mirrors: readonly string[]): Promise<ImagePlan>;
  push(session: Session, mirrors: readonly string[], everyBlob?: boolean): Promise<Published>;
  /** Packages can no longer be had: what is built from now on fails. */
  takePackagesAway(): Promise<void>;
}

async function withPushed(use: (stand: Stand) => Promise<void>): Promise<void> {
  const elsewhere = await startRegistry();
  try {
    await withWorkshop({}, async (workshop) => {
      const { world, registry, folder } = workshop;
      const planImage = (session: Session, mirrors: readonly string[]): Promise<ImagePlan> => {
        const args = { lock: world.lockFile, registry: `${registry.host}/acme`, mirrors };
        const options = { directory: folder, destination: "required" } as const;
        return planWithDigests(session, makeSpec(LixImageInputs.parse(args), options));
      };
      const push: Stand["push"] = async (session, mirrors, everyBlob = false) => {
        registry.log.length = elsewhere.log.length = 0;
        const imagePlan = await planImage(session, mirrors);
        const destinations = destinationsOf(session, imagePlan.spec);
        return publish(session, imagePlan, destinations, { everyBlob });
      };
      const session = new Session(workshop.cache);
      const { assembled } = await push(session, []);
      const clean = await otherMachine(
        session,
        await planImage(session, []),
        join(folder, "clean"),
      );
      const layers = assembled.platforms.flatMap((each) =>
        each.layers.map(({ identity }) => identity),
      );
      const root = assembled.image.root.digest;
      const takePackagesAway = () => rm(world.cacheFolder, { recursive: true });
      await use({
        workshop,
        elsewhere,
        session,
        clean,
        layers,
        root,
        planImage,
        push,
        takePackagesAway,
      });
    });
  } finally {
    await elsewhere.close();
  }
}

const tagOf = (registry: TestRegistry, name: string): string | undefined =>
  registry.store.repositories.get(name)?.tags.get("latest");

const reads = (registry: TestRegistry): number => registry.count("GET", /\/blobs\/sha256/);

test("a new mirror in the same registry gets every blob by a mount: none is read, sent or built", () =>
  withPushed(async ({ workshop: { registry }, clean, layers, root, push, takePackagesAway }) => {
    await takePackagesAway();
    const { reports } = await push(clean, [`${registry.host}/copies/lix`]);
    assert.equal(tagOf(registry, "copies/lix"), root);
    assert.equal(registry.count("POST", /mount=/), layers.length + 1, "and the config");
    assert.deepEqual([reads(registry), registry.count("PUT", /blobs/)], [0, 0]);
    assert.deepEqual(reports[1]?.uploaded, []);
  }));

test("a new mirror in another registry gets each layer out of the first, read once; none is built", () =>
  withPushed(async ({ workshop, elsewhere, clean, layers, root, push, takePackagesAway }) => {
    await takePackagesAway();
    const { reports } = await push(clean, [`${elsewhere.host}/copies/lix`]);
    assert.equal(tagOf(elsewhere, "copies/lix"), root);
    assert.equal(reports[1]?.uploaded.length, layers.length + 1);
    const log = workshop.registry.log.map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(
      log.filter((line) => line.startsWith("GET")).sort(),
      layers.map(({ digest }) => `GET /v2/acme/lix/blobs/${digest}`).sort(),
    );
    assert.equal(log.length, layers.length + 2, "one question for the manifest, one for the tag");
  }));

test("what is in the local cache is sent from there", () =>
  withPushed(async ({ workshop, elsewhere, session, root, push, takePackagesAway }) => {
    await takePackagesAway();
    await push(session, [`${elsewhere.host}/copies/lix`]);
    assert.equal(tagOf(elsewhere, "copies/lix"), root);
    assert.equal(reads(workshop.registry), 0);
  }));

test("a first repository that lost a layer gets it back from a mirror", () =>
  withPushed(async ({ workshop, elsewhere, session, clean, layers, push, takePackagesAway }) => {
    const mirrors = [`${elsewhere.host}/copies/lix`];
    await push(session, mirrors);
    await takePackagesAway();
    const { blobs } = workshop.registry.store.repository("acme/lix");
    const lost = layers[3]?.digest ?? "";
    assert.ok(blobs.delete(lost));
    const { reports } = await push(clean, mirrors, true);
    assert.ok(blobs.has(lost));
    assert.deepEqual(
      reports.map(({ uploaded }) => uploaded.map(({ digest }) => digest)),
      [[lost], []],
    );
    assert.equal(reads(elsewhere), 1);
  }));

test("a repository that lost a layer gets it by a mount from another one of its registry", () =>
  withPushed(async ({ workshop: { registry }, session, clean, layers, push, takePackagesAway }) => {
    const mirrors = [`${registry.host}/copies/lix`];
    await push(session, mirrors);
    await takePackagesAway();
    const lost = layers[3]?.digest ?? "";
    for (const name of ["acme/lix", "copies/lix"]) {
      const { blobs } = registry.store.repository(name);
      assert.ok(blobs.delete(lost));
      await push(clean, mirrors, true);
      assert.ok(blobs.has(lost), name);
      assert.equal(registry.count("POST", /mount=/), 1);
      assert.deepEqual([reads(registry), registry.count("PUT")], [0, 0]);
    }
  }));

for (const [what, body] of [
  ["damaged bytes", "something else"],
  ["too many bytes", "x".repeat(1_000_000)],
] as const)
  test(`a layer of which the first repository serves ${what} is built, and the mirror gets the right one`, () =>
    withPushed(async ({ workshop, elsewhere, clean, layers, root, push }) => {
      const { registry } = workshop;
      const lie = layers[3]?.digest ?? "";
      const act = { kind: "answer", status: 200, body } as const;
      registry.faults.push({ method: "GET", path: new RegExp(lie), times: Infinity, act });
      const warnings = await warningsOf(() => push(clean, [`${elsewhere.host}/copies/lix`]));
      assert.equal(warnings.length, 1);
      const says = `layer ${lie} cannot be copied from ${registry.host}/acme/lix, so it is built again`;
      assert.ok(warnings[0]?.startsWith(says), warnings[0]);
      assert.match(warnings[0] ?? "", /BLOB_MISMATCH/);
      assert.equal(tagOf(elsewhere, "copies/lix"), root);
      const kept = await Array.fromAsync(elsewhere.store.read(lie));
      const honest = await Array.fromAsync(registry.store.read(lie));
      assert.deepEqual(Buffer.concat(kept), Buffer.concat(honest));
    }));

test("a layer that the first repository lost from under its manifest is built for both", () =>
  withPushed(async ({ workshop, elsewhere, clean, layers, root, push }) => {
    const { blobs } = workshop.registry.store.repository("acme/lix");
    const lost = layers[3]?.digest ?? "";
    assert.ok(blobs.delete(lost));
    await push(clean, [`${elsewhere.host}/copies/lix`]);
    assert.equal(tagOf(elsewhere, "copies/lix"), root);
    assert.ok(blobs.has(lost));
    for (const layer of layers)
      assert.equal(await clean.cache.hasBlob(layer), layer.digest === lost);
  }));
