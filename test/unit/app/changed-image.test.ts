/** What a push of a changed image asks of a registry that has the one before. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { planWithDigests } from "../../../provider/app/build-image.ts";
import { destinationsOf } from "../../../provider/app/destinations.ts";
import { publish, type PublishImageOptions } from "../../../provider/app/publish.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { makeSpec } from "../../../provider/arguments/spec.ts";
import { Session } from "../../../provider/app/session.ts";
import { otherMachine } from "../../support/other-machine.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";

interface Machine {
  readonly workshop: Workshop;
  readonly session: Session;
}

/** Pushes an image with such a nix.conf. */
async function push(
  { workshop: { world, registry, folder }, session }: Machine,
  cores: number,
  options: PublishImageOptions & { readonly args?: LixImageInputs } = {},
) {
  const args = { lock: world.lockFile, registry: `${registry.host}/acme`, nixConf: { cores } };
  const inputs = LixImageInputs.parse({ ...args, ...options.args });
  const spec = makeSpec(inputs, { directory: folder, destination: "required" });
  const imagePlan = await planWithDigests(session, spec);
  registry.log.length = 0;
  const published = await publish(session, imagePlan, destinationsOf(session, spec), options);
  return { ...published, imagePlan };
}

const withMachine = (use: (machine: Machine) => Promise<void>): Promise<void> =>
  withWorkshop({}, (workshop) => use({ workshop, session: new Session(workshop.cache) }));

test("a changed setting takes twelve requests at most, whatever the number of layers", () =>
  withMachine(async (machine) => {
    const { registry } = machine.workshop;
    await push(machine, 1);
    const { reports, assembled } = await push(machine, 2);
    assert.equal(reports[0]?.uploaded.length, 2, "the layer with nix.conf, and the config");
    assert.ok(assembled.image.blobs.length > 12);
    assert.ok(registry.log.length <= 12, registry.log.map(({ path }) => path).join("\n"));
    assert.equal(registry.count("HEAD", /blobs/), 2);
  }));

test("the image in state is looked at where the tag is a new one, in mirrors too", () =>
  withMachine(async (machine) => {
    const { registry } = machine.workshop;
    const mirrors = [`${registry.host}/copies/lix`];
    const { assembled } = await push(machine, 1, { args: { tag: "v1", mirrors } });
    const { reports } = await push(machine, 2, {
      args: { tag: "v2", mirrors },
      previous: assembled.image.root.digest,
    });
    assert.equal(reports[0]?.uploaded.length, 2);
    assert.equal(registry.count("GET", /acme\/lix\/manifests/), 1);
    assert.equal(registry.count("GET", /copies\/lix\/manifests/), 1);
    assert.equal(registry.count("HEAD", /blobs/), 4);
  }));

test("after drift was found, each blob is asked for", () =>
  withMachine(async (machine) => {
    await push(machine, 1);
    const { assembled } = await push(machine, 2, { everyBlob: true });
    const { registry } = machine.workshop;
    assert.equal(registry.count("HEAD", /blobs/), assembled.image.blobs.length);
    assert.equal(registry.count("GET"), 0);
  }));

test("a blob that a registry has lost below a live manifest is found by its refusal, built and sent", () =>
  withMachine(async (machine) => {
    const { workshop, session } = machine;
    const { registry } = workshop;
    const { assembled, imagePlan } = await push(machine, 1);
    const [first] = assembled.platforms;
    const [lost] = first?.layers.map(({ identity }) => identity.digest) ?? [];
    assert.ok(lost !== undefined && registry.store.repository("acme/lix").blobs.delete(lost));
    // On a machine without the bytes of any layer.
    const clean = await otherMachine(session, imagePlan, join(workshop.folder, "clean"));
    const { reports } = await push({ workshop, session: clean }, 2);
    assert.ok(reports[0]?.uploaded.some(({ digest }) => digest === lost));
    assert.ok(registry.store.repository("acme/lix").blobs.has(lost));
  }));
