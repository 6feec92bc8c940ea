/** Layers are sent while others are built: only their blobs, and nothing that `publish` could not mend. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { planWithDigests } from "../../../provider/app/build-image.ts";
import { destinationsOf } from "../../../provider/app/destinations.ts";
import { publish } from "../../../provider/app/publish.ts";
import { sendingAhead } from "../../../provider/app/sending-ahead.ts";
import { Session } from "../../../provider/app/session.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { makeSpec, type Spec } from "../../../provider/arguments/spec.ts";
import { Reply } from "../../support/registry-reply.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";

const REPOSITORY = "acme/lix";

const specOf = ({ world, registry, folder }: Workshop, args: LixImageInputs = {}): Spec =>
  makeSpec(
    LixImageInputs.parse({ lock: world.lockFile, registry: `${registry.host}/acme`, ...args }),
    { directory: folder, destination: "required" },
  );

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5);
}

test("layers are in the registry before the last one is built, and no manifest is", () =>
  withWorkshop({}, async (workshop) => {
    const { registry } = workshop;
    const session = new Session(workshop.cache);
    const spec = specOf(workshop);
    const destinations = destinationsOf(session, spec);
    const there = () => registry.store.repositories.get(REPOSITORY);
    const { result: imagePlan, sent } = await sendingAhead(
      session,
      { destinations, fromBytes: 0 },
      async () => {
        const planned = await planWithDigests(session, spec);
        // The build goes on until they have arrived.
        await until(() => (there()?.blobs.size ?? 0) > 5);
        return planned;
      },
    );
    const [destination] = destinations;
    assert.ok(destination);
    const ahead = sent.get(destination) ?? new Set();
    assert.ok(ahead.size > 5);
    assert.deepEqual([there()?.manifests.size, there()?.tags.size], [0, 0]);
    assert.equal(registry.count("PUT", /blobs/), ahead.size);

    const { assembled, reports } = await publish(session, imagePlan, destinations);
    assert.equal(there()?.tags.get("latest"), assembled.image.root.digest);
    const digests = assembled.image.blobs.map(({ digest }) => digest);
    assert.deepEqual(
      reports.map(({ uploaded }) => uploaded.map(({ digest }) => digest)),
      [digests],
      "what was sent ahead counts as uploaded",
    );
    assert.equal(registry.count("PUT", /blobs/), digests.length, "and is sent once");
    assert.equal(registry.count("HEAD", /blobs/), digests.length, "and asked for once");
  }));

test("a build that fails leaves no manifest, and its error is the only one", () =>
  withWorkshop({}, async (workshop) => {
    const { registry } = workshop;
    const session = new Session(workshop.cache);
    const spec = specOf(workshop);
    const build = async (): Promise<never> => {
      await planWithDigests(session, spec);
      throw new Error("the last layer cannot be built");
    };
    // Counted here, because the registry may get a request after its sender has given it up.
    let [begun, underWay] = [0, 0];
    const destinations = destinationsOf(session, spec).map((each) => ({
      ...each,
      sendAhead: async (...args: Parameters<NonNullable<typeof each.sendAhead>>) => {
        [begun, underWay] = [begun + 1, underWay + 1];
        await each.sendAhead?.(...args).finally(() => (underWay -= 1));
      },
    }));
    const sending = sendingAhead(session, { destinations, fromBytes: 0 }, build);
    await assert.rejects(sending, /the last layer/);
    assert.equal(session.onBuilt.size, 0);
    assert.equal(underWay, 0, "what was being sent has ended");
    assert.ok(begun > 0);
    const before = begun;
    assert.equal(registry.store.repositories.get(REPOSITORY)?.manifests.size ?? 0, 0);
    await sleep(50);
    assert.equal(begun, before, "nothing is sent after the failure");
  }));

test("what a registry refuses ahead is left to the push, which reports it", () =>
  withWorkshop({}, async (workshop) => {
    const { registry } = workshop;
    const session = new Session(workshop.cache);
    const spec = specOf(workshop);
    const destinations = destinationsOf(session, spec);
    const act = { kind: "answer", ...Reply.error(403, "DENIED", "no") } as const;
    registry.faults.push({ method: "POST", path: /uploads/, times: Infinity, act });
    const { result: imagePlan } = await sendingAhead(session, { destinations, fromBytes: 0 }, () =>
      planWithDigests(session, spec),
    );
    assert.ok(registry.count("POST", /uploads/) <= 4, "it does not go on");
    await assert.rejects(publish(session, imagePlan, destinations), /HTTP status 403/);
    registry.faults.length = 0;
    await publish(session, imagePlan, destinations);
    assert.equal(registry.store.repositories.get(REPOSITORY)?.tags.size, 1);
  }));

test("an image of less than 4 MiB is sent only when it is complete", () =>
  withWorkshop({}, async (workshop) => {
    const session = new Session(workshop.cache);
    const spec = specOf(workshop);
    const options = { destinations: destinationsOf(session, spec) };
    await sendingAhead(session, options, () => planWithDigests(session, spec));
    assert.deepEqual(workshop.registry.log, []);
  }));
