/** Images that a version of pulumi-lix has made whose gzip was Node's zlib: format version 1. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { planWithDigests, requireDigests } from "../../../provider/app/build-image.ts";
import { destinationsOf } from "../../../provider/app/destinations.ts";
import type { ImagePlan } from "../../../provider/app/plan-image.ts";
import { publish } from "../../../provider/app/publish.ts";
import { Session } from "../../../provider/app/session.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { makeSpec, type Spec } from "../../../provider/arguments/spec.ts";
import { earlierLayers } from "../../../provider/image/known-layers.ts";
import type { KnownLayer } from "../../../provider/image/layer-cache.ts";
import { otherMachine } from "../../support/other-machine.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";

function specOf({ world, registry, folder }: Workshop, args: Record<string, unknown> = {}): Spec {
  const usual = { lock: world.lockFile, registry: `${registry.host}/acme` };
  const options = { directory: folder, destination: "required" } as const;
  return makeSpec(LixImageInputs.parse({ ...usual, ...args }), options);
}

async function layersOf(session: Session, plan: ImagePlan): Promise<KnownLayer[]> {
  const platforms = await requireDigests(session, plan);
  return platforms.flatMap(({ layers }) => layers.map(({ identity }) => identity));
}

const digestsOf = (layers: readonly KnownLayer[]): string[] => layers.map(({ digest }) => digest);

/** Pushes an image as the earlier version did; `clean` is a machine that knows what its state says. */
async function pushEarlier(workshop: Workshop) {
  const session = new Session(workshop.cache);
  const spec = specOf(workshop);
  const compression = { ...spec.compression, formatVersion: 1 } as const;
  const plan = await planWithDigests(session, { ...spec, compression });
  await publish(session, plan, destinationsOf(session, plan.spec));
  const layers = await layersOf(session, plan);
  const clean = async (name: string): Promise<Session> => {
    const other = await otherMachine(session, plan, join(workshop.folder, name));
    other.knownLayers.seedPlan(plan.planKey);
    return other;
  };
  const keys = plan.platforms.flatMap((each) => each.layers.map(({ key }) => key));
  const own = earlierLayers(
    new Map(keys.map((key, at) => [key, layers[at]] as [string, KnownLayer])),
  );
  assert.equal(own.size, layers.length);
  return { plan, layers, clean, own };
}

test("an image of format version 1 keeps its digests, and a lost layer is made again with the same bytes", () =>
  withWorkshop({}, async (workshop) => {
    const { plan, layers, clean, own } = await pushEarlier(workshop);
    const session = await clean("one");
    const again = await planWithDigests(session, specOf(workshop), {
      earlierLayers: own,
    });
    assert.equal(again.planKey, plan.planKey);
    assert.deepEqual(await layersOf(session, again), layers);

    const { blobs } = workshop.registry.store.repository("acme/lix");
    const [lost] = layers;
    assert.ok(lost !== undefined && blobs.delete(lost.digest));
    const [destination] = destinationsOf(session, again.spec);
    assert.ok(destination !== undefined);
    const { reports } = await publish(session, again, [destination], { everyBlob: true });
    assert.deepEqual(
      reports.map(({ uploaded }) => uploaded.map(({ digest }) => digest)),
      [[lost.digest]],
    );
    assert.deepEqual(await layersOf(session, again), layers);
  }));

test("a changed setting gives an image of format version 1 one new layer, and the others stay", () =>
  withWorkshop({}, async (workshop) => {
    const { plan, layers, clean, own } = await pushEarlier(workshop);
    const session = await clean("one");
    const changed = await planWithDigests(session, specOf(workshop, { nixConf: { cores: 4 } }), {
      earlierLayers: own,
    });
    assert.notEqual(changed.planKey, plan.planKey);
    const before = digestsOf(layers);
    const now = await layersOf(session, changed);
    assert.deepEqual(
      now.filter(({ digest }) => !before.includes(digest)).map(({ compressor }) => compressor),
      ["gzip:libdeflate-1.26"],
    );

    // An image without a state has none of them, even where another image of the process has.
    const other = await clean("two");
    const fresh = await planWithDigests(other, specOf(workshop, { nixConf: { cores: 2 } }));
    assert.deepEqual(
      digestsOf(await layersOf(other, fresh)).filter((digest) => before.includes(digest)),
      [],
    );
    assert.deepEqual(
      (await layersOf(other, fresh)).map(({ diffId }) => diffId).slice(0, 3),
      layers.map(({ diffId }) => diffId).slice(0, 3),
    );
  }));

test("the second check of a replacement, which gets no state, plans an image of format version 1 as the first did", () =>
  withWorkshop({}, async (workshop) => {
    const { plan, layers, clean } = await pushEarlier(workshop);
    const session = await clean("one");
    const moved = await planWithDigests(session, specOf(workshop, { name: "moved" }));
    assert.equal(moved.planKey, plan.planKey);
    assert.deepEqual(await layersOf(session, moved), layers);
  }));
