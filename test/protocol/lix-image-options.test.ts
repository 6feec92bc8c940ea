/** Pulumi's resource options, on an image. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assertNothingAsked,
  changes,
  done,
  ops,
  recorded,
  stateOf,
  tagged,
  takeLog,
} from "./fixtures/image-results.ts";
import { opsInOrder } from "./fixtures/ops.ts";
import { withImage } from "./fixtures/with-image.ts";
import { Urn } from "./host/urn.ts";

/** One image with options; `TRANSFORM` says where a function sets `cores`. */
const PROGRAM = `
const cores = (props: any) => ({ ...props, nixConf: { cores: 4 } });
const where = process.env["TRANSFORM"];
if (where === "stack")
  pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
    type.endsWith(":LixImage") ? { props: cores(props), opts } : undefined);
const transform: pulumi.ResourceTransform = ({ props, opts }) => ({ props: cores(props), opts });
const options: pulumi.CustomResourceOptions = {
  ...JSON.parse(process.env["OPTIONS"] ?? "{}"),
  ...(where === "resource" ? { transforms: [transform] } : {}),
  ...(where === "before" ? { transformations: [({ props, opts }) => ({ props: cores(props), opts })] } : {}),
};
const image = new LixImage(process.env["CALLED"] ?? "lix", { registry, ...given }, options);
export const { ref, digest } = image;
`;

interface Given {
  readonly args?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly transform?: "resource" | "stack" | "before";
  readonly called?: string;
}

const given = ({ args = {}, options = {}, transform, called }: Given) => ({
  env: {
    ARGS: JSON.stringify(args),
    OPTIONS: JSON.stringify(options),
    TRANSFORM: transform,
    CALLED: called,
  },
});

test("a transform changes arguments before check sees them, wherever it is declared", async () => {
  await withImage(PROGRAM, async ({ host, registry, packages }) => {
    await done(host.up(given({ args: { nixConf: { cores: 4 } } })));
    const { digest } = recorded(host);
    takeLog(registry);
    packages.log.length = 0;
    for (const transform of ["resource", "stack", "before"] as const)
      assert.deepEqual(changes(await done(host.up(given({ transform })))), [], transform);
    assertNothingAsked({ registry, packages });

    const without = await done(host.up());
    assert.deepEqual(changes(without), ["update lix"]);
    assert.notEqual(recorded(host).digest, digest);
    const preview = await done(host.preview(given({ transform: "stack" })));
    assert.equal(preview.outputs["digest"], digest, "and is as exact");
  });
});

test("ignoreChanges keeps an argument, and with it the digest; on an output it has no effect", async () => {
  await withImage(PROGRAM, async ({ host }) => {
    await done(host.up());
    const { digest } = recorded(host);
    const args = { nixConf: { cores: 4 } };
    const kept = await done(host.up(given({ args, options: { ignoreChanges: ["nixConf"] } })));
    assert.deepEqual(changes(kept), []);
    const options = { ignoreChanges: ["digest", "ref", "labels.maintainer", "platforms"] };
    assert.deepEqual(changes(await done(host.up(given({ args, options })))), ["update lix"]);
    assert.notEqual(recorded(host).digest, digest);
  });
});

test("with an alias a resource keeps its identity under another name, type or parent, and no image is touched", async () => {
  const program = `
    const aliases = JSON.parse(process.env["ALIASES"] ?? "[]");
    class Service extends pulumi.ComponentResource {
      constructor(name: string, opts: pulumi.ComponentResourceOptions) {
        super("test:index:Service", name, {}, opts);
        new LixImage(name + "-lix", { registry, deleteFromRegistry: true }, { parent: this, aliases: inner });
        this.registerOutputs();
      }
    }
    const called = process.env["CALLED"] ?? "lix";
    const inner = called === "web" ? aliases : [];
    if (called.endsWith("lix")) new LixImage(called, { registry, deleteFromRegistry: true }, { aliases });
    else new Service(called, { aliases: called === "web" ? [] : aliases });`;
  await withImage(program, async ({ host, registry, packages }) => {
    await done(host.up());
    const { digest } = recorded(host);
    takeLog(registry);
    packages.log.length = 0;
    const as = (called: string, ...aliases: readonly unknown[]) =>
      done(host.up({ env: { CALLED: called, ALIASES: JSON.stringify(aliases) } }));

    assert.deepEqual(changes(await as("other-lix", { name: "lix" })), []);
    // Into a component, which is new, and the component to another name.
    const urn = stateOf(host, "other-lix").urn;
    assert.deepEqual(changes(await as("web", urn)), ["create web"]);
    assert.deepEqual(changes(await as("api", { name: "web" })), []);
    assert.match(stateOf(host, "api-lix").urn, /::test:index:Service\$pulumi-nodejs:dynamic\/lix:/);
    // The state of a program that wrapped an image in a class of its own.
    const theirs = "pulumi-nodejs:dynamic/acme:Image";
    host.state = JSON.parse(
      JSON.stringify(host.state)
        .replaceAll("test:index:Service$pulumi-nodejs:dynamic/lix:LixImage", theirs)
        .replaceAll("pulumi-nodejs:dynamic/lix:LixImage", theirs)
        .replaceAll("::api-lix", "::lix"),
    ) as typeof host.state;
    assert.deepEqual(changes(await as("lix", { type: theirs })), ["delete api"]);
    assertNothingAsked({ registry, packages });
    assert.equal(recorded(host).digest, digest);
    assert.equal(tagged(registry), digest);
  });
});

test("protect holds an image against destroy and replacement, retainOnDelete against removal", async () => {
  await withImage(PROGRAM, async ({ host, registry }) => {
    const args = { deleteFromRegistry: true };
    await done(host.up(given({ args, options: { protect: true } })));
    const { digest } = recorded(host);
    assert.match((await host.destroy()).failed ?? "", /protection/);
    const elsewhere = { args: { ...args, name: "other" }, options: { protect: true } };
    assert.match((await host.up(given(elsewhere))).failed ?? "", /unable to replace/);
    assert.equal(tagged(registry), digest);

    await done(host.up(given({ args, options: { retainOnDelete: true } })));
    takeLog(registry);
    await done(host.destroy());
    assert.deepEqual(takeLog(registry), []);
    assert.equal(tagged(registry), digest);
  });
});

test("deleteBeforeReplace removes the old image first", async () => {
  await withImage(PROGRAM, async ({ host, registry }) => {
    const options = { deleteBeforeReplace: true };
    await done(host.up(given({ args: { deleteFromRegistry: true }, options })));
    takeLog(registry);
    const args = { deleteFromRegistry: true, name: "other" };
    assert.deepEqual(opsInOrder(await host.up(given({ args, options }))), [
      "delete lix",
      "replace lix",
    ]);
    const log = takeLog(registry).map(({ method }) => method);
    assert.ok(log.includes("DELETE") && log.lastIndexOf("DELETE") < log.indexOf("PUT"));
    assert.equal(tagged(registry), undefined);
    assert.equal(tagged(registry, "latest", "other"), recorded(host).digest);
  });
});

test("an image is created after what it depends on and deleted before it", async () => {
  const program = `
    const network = deploy("network", {});
    const service = new pulumi.ComponentResource("test:index:Service", "service");
    new LixImage("lix", { registry }, { parent: service, dependsOn: network });`;
  await withImage(program, async ({ host }) => {
    assert.deepEqual(opsInOrder(await host.up()).slice(-1), ["create lix"]);
    const { dependencies, parent } = stateOf(host);
    assert.deepEqual(dependencies?.map(Urn.name), ["network"]);
    assert.equal(Urn.name(parent ?? ""), "service");
    assert.deepEqual(opsInOrder(await host.destroy())[0], "delete lix");
  });
});

test("replaceOnChanges and customTimeouts have no effect", async () => {
  await withImage(PROGRAM, async ({ host, registry }) => {
    const slow = { kind: "wait", ms: 1_500 } as const;
    registry.faults.push({ method: "PUT", path: /manifests/, act: slow });
    const options = {
      replaceOnChanges: ["nixConf", "*"],
      customTimeouts: { create: "1s", update: "1s" },
    };
    await done(host.up(given({ options })));
    registry.faults.push({ method: "PUT", path: /manifests/, act: slow });
    const up = await done(host.up(given({ args: { nixConf: { cores: 4 } }, options })));
    assert.deepEqual(ops(up), ["update lix"]);
    assert.equal(tagged(registry), recorded(host).digest);
  });
});

test("import is refused; a plain up takes over what is there without pushing it", async () => {
  await withImage(PROGRAM, async ({ host, registry }) => {
    await done(host.up());
    const { digest } = recorded(host);
    const id = stateOf(host).id ?? "";
    // It is in another stack: this one knows nothing of the image.
    host.state = { ...host.state, deployment: { resources: [] } };
    const refused = await host.up(given({ options: { import: id } }));
    assert.match(refused.failed ?? "", /code must be a string/);
    takeLog(registry);
    await done(host.up());
    assert.equal(recorded(host).digest, digest);
    const sent = takeLog(registry).filter(({ method }) => method !== "HEAD" && method !== "GET");
    assert.deepEqual(sent, []);
    assert.deepEqual(changes(await done(host.up())), []);
  });
});
