import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { planWithDigests } from "../../../provider/app/build-image.ts";
import type { ImagePlan } from "../../../provider/app/plan-image.ts";
import { publish, type Published } from "../../../provider/app/publish.ts";
import { PushReport } from "../../../provider/app/push-report.ts";
import { Session } from "../../../provider/app/session.ts";
import { ociLayoutDestination, readOciLayout } from "../../../provider/destination/oci-layout.ts";
import type { KnownLayer } from "../../../provider/image/layer-cache.ts";
import { destinationsOf } from "../../../provider/app/destinations.ts";
import { Digest } from "../../../provider/formats/oci/digest.ts";
import { makeSpec, type Spec } from "../../../provider/arguments/spec.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { otherMachine } from "../../support/other-machine.ts";
import { warningsOf } from "../../support/warnings.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";

const specOf = ({ world, registry, folder }: Workshop, args: LixImageInputs = {}): Spec =>
  makeSpec(
    LixImageInputs.parse({ lock: world.lockFile, registry: `${registry.host}/acme`, ...args }),
    { directory: folder, destination: "required" },
  );

async function layersOf(session: Session, imagePlan: ImagePlan): Promise<[string, KnownLayer][]> {
  const [plan] = imagePlan.platforms;
  const layers: [string, KnownLayer][] = [];
  for (const { key } of plan?.layers ?? []) {
    const known = await session.knownLayers.layer(key);
    assert.ok(known);
    layers.push([key, known]);
  }
  return layers;
}

test("an image that is there is not uploaded again", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new Session(workshop.cache);
    const imagePlan = await planWithDigests(session, specOf(workshop));
    const destinations = destinationsOf(session, imagePlan.spec);
    const first = await publish(session, imagePlan, destinations);
    workshop.registry.log.length = 0;
    const second = await publish(session, imagePlan, destinations);
    assert.equal(second.assembled.image.root.digest, first.assembled.image.root.digest);
    const [report] = second.reports;
    assert.ok(report);
    assert.deepEqual([report.uploaded, report.reused], [[], []], "no blob was asked for");
    assert.equal(
      PushReport.line(report),
      `${workshop.registry.host}/acme/lix: the image was there`,
    );
    assert.ok(workshop.registry.log.every(({ method }) => method === "HEAD"));
    assert.equal(workshop.registry.count("HEAD", /blobs/), 0);
  });
});

test("with verifyBlobs every blob is asked for, and one that was lost is sent", async () => {
  await withWorkshop({}, async (workshop) => {
    const { registry } = workshop;
    const session = new Session(workshop.cache);
    const imagePlan = await planWithDigests(session, specOf(workshop, { verifyBlobs: true }));
    const destinations = destinationsOf(session, imagePlan.spec);
    const { assembled } = await publish(session, imagePlan, destinations);
    const digests = assembled.image.blobs.map(({ digest }) => digest);
    const [lost = ""] = digests;
    assert.ok(registry.store.repository("acme/lix").blobs.delete(lost));
    registry.log.length = 0;
    const { reports } = await publish(session, imagePlan, destinations);
    const [report] = reports;
    assert.ok(report);
    assert.deepEqual(
      report.uploaded.map(({ digest }) => digest),
      [lost],
    );
    assert.deepEqual([...report.reused].sort(), digests.slice(1).sort());
    for (const digest of digests)
      assert.notEqual(registry.count("HEAD", new RegExp(`blobs/${digest}`)), 0);
    assert.match(PushReport.line(report), /: 1 blob pushed \(.*\), \d+ were there$/);
  });
});

test("a machine that only knows the digests makes just the blobs that are lacking", async () => {
  await withWorkshop({}, async (workshop) => {
    const first = new Session(workshop.cache);
    const imagePlan = await planWithDigests(first, specOf(workshop));
    const { assembled } = await publish(first, imagePlan, destinationsOf(first, imagePlan.spec));
    const layers = await layersOf(first, imagePlan);
    const [, lost] = layers[3] ?? [];
    assert.ok(lost);
    workshop.registry.store.repository("acme/lix").blobs.delete(lost.digest);

    const clean = await otherMachine(first, imagePlan, join(workshop.folder, "clean"));
    const again = await planWithDigests(clean, specOf(workshop));
    const published = await publish(clean, again, destinationsOf(clean, again.spec), {
      everyBlob: true,
    });
    assert.equal(published.assembled.image.root.digest, assembled.image.root.digest);
    assert.deepEqual(
      published.reports[0]?.uploaded.map((blob) => blob.digest),
      [lost.digest],
    );
    for (const [, layer] of layers)
      assert.equal(await clean.cache.hasBlob(layer), layer.digest === lost.digest);
  });
});

test("a layer that another compressor once made is rebuilt, and a warning names the new digest", async () => {
  await withWorkshop({}, async (workshop) => {
    const ours = new Session(workshop.cache);
    const imagePlan = await planWithDigests(ours, specOf(workshop));
    const [[key, layer] = []] = await layersOf(ours, imagePlan);
    assert.ok(key !== undefined && layer !== undefined);

    const theirs = new Session(join(workshop.folder, "other"));
    const recorded = { ...layer, digest: Digest.of(Buffer.from("by another zlib")) };
    theirs.knownLayers.seed({ layers: new Map([[key, recorded]]), listings: new Map() });
    const again = await planWithDigests(theirs, specOf(workshop));
    let published: Published | undefined;
    const warnings = await warningsOf(async () => {
      published = await publish(theirs, again, destinationsOf(theirs, again.spec));
    });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /compress/);
    assert.equal(again.planKey, imagePlan.planKey);
    const tags = workshop.registry.store.repositories.get("acme/lix")?.tags;
    assert.equal(tags?.get("latest"), published?.assembled.image.root.digest);
    // The whole image, as it would have been without that record.
    const usual = await publish(ours, imagePlan, destinationsOf(ours, imagePlan.spec));
    assert.equal(usual.assembled.image.root.digest, published?.assembled.image.root.digest);
  });
});

test("each destination gets what it lacks", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new Session(workshop.cache);
    const imagePlan = await planWithDigests(session, specOf(workshop));
    await publish(session, imagePlan, destinationsOf(session, imagePlan.spec));
    const folder = ociLayoutDestination(workshop.output);
    const { assembled, reports } = await publish(session, imagePlan, [
      ...destinationsOf(session, imagePlan.spec),
      folder,
    ]);
    assert.deepEqual(
      reports.map((report) => report.uploaded.length),
      [0, assembled.image.blobs.length],
    );
  });
});

test("a mirror in the same registry gets every blob by a mount", async () => {
  await withWorkshop({}, async (workshop) => {
    const session = new Session(workshop.cache);
    const mirrors = [`${workshop.registry.host}/copies/lix`];
    const imagePlan = await planWithDigests(session, specOf(workshop, { mirrors }));
    const { assembled, reports } = await publish(
      session,
      imagePlan,
      destinationsOf(session, imagePlan.spec),
    );
    assert.deepEqual(
      reports.map(({ destination, uploaded }) => [destination, uploaded.length]),
      [
        [`${workshop.registry.host}/acme/lix`, assembled.image.blobs.length],
        [`${workshop.registry.host}/copies/lix`, 0],
      ],
    );
    const tags = workshop.registry.store.repositories.get("copies/lix")?.tags;
    assert.equal(tags?.get("latest"), assembled.image.root.digest);
  });
});

test("a mirror that refuses is named at the end, and all others get the image", async () => {
  await withWorkshop({}, async (workshop) => {
    const { registry, output } = workshop;
    const session = new Session(workshop.cache);
    const imagePlan = await planWithDigests(
      session,
      specOf(workshop, {
        mirrors: [`${registry.host}/copies/lix`],
        archives: [{ type: "oci-layout", path: output }],
      }),
    );
    const act = { kind: "answer", status: 403 } as const;
    registry.faults.push({ path: /^\/v2\/copies/, act });
    const destinations = destinationsOf(session, imagePlan.spec);
    const { failures } = await publish(session, imagePlan, destinations);
    assert.deepEqual(
      failures.map(({ destination }) => destination),
      [`${registry.host}/copies/lix`],
    );
    assert.match(render(failures[0]?.error), /copies\/lix.*REGISTRY_DENIED/);
    const digest = registry.store.repositories.get("acme/lix")?.tags.get("latest");
    assert.equal((await readOciLayout(output)).root.digest, digest);
    registry.faults.length = 0;
    const { reports } = await publish(session, imagePlan, destinations);
    assert.deepEqual(
      reports.map(({ uploaded }) => uploaded.length),
      [0, 0, 0],
    );
  });
});

test("what the registry does not take goes nowhere else", async () => {
  await withWorkshop({}, async (workshop) => {
    const { registry, output } = workshop;
    const session = new Session(workshop.cache);
    const archives = [{ type: "docker-archive", path: `${output}.tar` } as const];
    const mirrors = [`${registry.host}/copies/lix`];
    const imagePlan = await planWithDigests(session, specOf(workshop, { mirrors, archives }));
    const act = { kind: "answer", status: 403 } as const;
    registry.faults.push({ method: "PUT", path: /^\/v2\/acme\/lix\/manifests/, act });
    const publishing = publish(session, imagePlan, destinationsOf(session, imagePlan.spec));
    await assert.rejects(publishing, { code: "REGISTRY_DENIED" });
    assert.equal(registry.store.repositories.get("copies/lix"), undefined);
    assert.ok(!existsSync(`${output}.tar`));
  });
});
