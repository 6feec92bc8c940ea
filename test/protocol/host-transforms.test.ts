/** The protocol host: what changes a resource before it is registered, and whose resource it was. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { opsInOrder as ops } from "./fixtures/ops.ts";
import { withStack } from "./fixtures/with-stack.ts";

test("transforms of the resource come first, then those of its parents, then those of the stack", async () => {
  const program = `
    const add = (word: string): pulumi.ResourceTransform => ({ type, props, opts }) =>
      type.includes("Note") ? { props: { ...props, text: props["text"] + word }, opts } : undefined;
    pulumi.runtime.registerResourceTransform(add(" stack"));
    class Pair extends pulumi.ComponentResource {
      constructor(name: string, opts: pulumi.ComponentResourceOptions) {
        super("test:index:Pair", name, {}, opts);
        new Note("note", { name: "a", text: "own" }, { parent: this, transforms: [add(" resource")] });
        this.registerOutputs();
      }
    }
    const outer = new pulumi.ComponentResource("test:index:Outer", "outer", {}, { transforms: [add(" outer")] });
    new Pair("pair", { parent: outer, transforms: [add(" pair")] });`;
  await withStack(program, async (host, cloud) => {
    await host.up();
    assert.deepEqual(cloud.notes, { a: "own resource pair outer stack" });
  });
});

test("a transform changes options, and keeps those that it does not return", async () => {
  const program = `
    const options = JSON.parse(env["OPTIONS"] ?? "{}");
    const changed: pulumi.ResourceTransform = ({ props, opts }) => ({ props, opts: { ...opts, ...options } });
    new Note(env["CALLED"] ?? "note", { name: "a", text: env["TEXT"] ?? "t" }, {
      transforms: [changed, () => undefined],
      protect: env["PROTECT"] !== undefined,
      additionalSecretOutputs: ["digest"],
    });`;
  await withStack(program, async (host, cloud) => {
    await host.up({ env: { PROTECT: "1" } });
    const note = () => host.state.deployment.resources.find((one) => one.type.includes("Note"));
    assert.equal(note()?.protect, true);
    assert.doesNotMatch(JSON.stringify(note()?.outputs), /digest of t/);
    const options = (value: unknown) => ({ OPTIONS: JSON.stringify(value) });

    const ignoring = { TEXT: "new", ...options({ ignoreChanges: ["text"], protect: false }) };
    assert.deepEqual(ops(await host.up({ env: { ...ignoring, PROTECT: "1" } })), ["same note"]);
    assert.equal(note()?.protect, undefined);
    const renamed = { CALLED: "other", ...options({ aliases: [{ name: "note" }] }) };
    assert.deepEqual(ops(await host.up({ env: renamed })), ["same other"]);
    await host.up({ env: { CALLED: "other", ...options({ retainOnDelete: true }) } });
    await host.destroy();
    assert.deepEqual(cloud.notes, { a: "t" });
  });
});

test("a transform that throws fails the operation, and nothing is made", async () => {
  const program = `
    const refuse = () => { throw new Error("not with me"); };
    new Note("note", { name: "a", text: "t" }, { transforms: [refuse] });`;
  await withStack(program, async (host, cloud) => {
    assert.match((await host.up()).failed ?? "", /not with me/);
    assert.deepEqual(cloud.calls(), []);
  });
});

test("resources inside a renamed component keep their identity by the inherited alias", async () => {
  const program = `
    class Service extends pulumi.ComponentResource {
      constructor(name: string, opts: pulumi.ComponentResourceOptions) {
        super(env["TYPE"] ?? "test:index:Service", name, {}, opts);
        new Note(name + "-note", { name: "a", text: "t" }, { parent: this });
        this.registerOutputs();
      }
    }
    const aliases = JSON.parse(env["ALIASES"] ?? "[]");
    if (env["ALONE"] === undefined) new Service(env["CALLED"] ?? "web", { aliases });
    else new Note("web-note", { name: "a", text: "t" }, { aliases });`;
  await withStack(program, async (host) => {
    await host.up();
    const to = (aliases: unknown, env: object) => ({
      env: { ALIASES: JSON.stringify(aliases), ...env },
    });
    const renamed = await host.up(to([{ name: "web" }], { CALLED: "api" }));
    assert.deepEqual(ops(renamed), ["same api", "same api-note"]);
    const retyped = await host.up(
      to([{ name: "api", type: "test:index:Service" }], { TYPE: "test:index:Api" }),
    );
    assert.deepEqual(ops(retyped), ["same web", "same web-note"]);
    // Out of the component, by its whole name.
    const { urn } = host.state.deployment.resources.find((one) => one.id === "a") ?? {};
    const out = await host.up(to([urn], { ALONE: "1" }));
    assert.deepEqual(ops(out).sort(), ["delete web", "same web-note"]);
  });
});

test("import fails as it does under an engine: a dynamic provider is handed no code", async () => {
  const program = `new Note("note", { name: "a", text: "t" }, { import: "a" });`;
  await withStack(program, async (host, cloud) => {
    cloud.notes = { a: "t" };
    assert.match((await host.up()).failed ?? "", /code must be a string/);
    assert.deepEqual(cloud.calls(), []);
  });
});
