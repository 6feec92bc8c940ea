/** The protocol host: secrets, configuration, options of resources, and programs that go wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { opsInOrder as ops } from "./fixtures/ops.ts";
import { withStack } from "./fixtures/with-stack.ts";
import { changedSteps } from "./host/steps.ts";
import { Urn } from "./host/urn.ts";

test("a secret is plain to the provider, encrypted in the state, and readable where it was derived", async () => {
  const program = `new Note("note", { name: "a", text: pulumi.secret("hunter2") });`;
  await withStack(program, async (host, cloud) => {
    await host.up();
    assert.equal((cloud.calls()[0]?.args[1] as { text: string }).text, "hunter2");
    const note = host.state.deployment.resources.find((state) => state.type.includes("Note"));
    assert.doesNotMatch(JSON.stringify([note?.inputs["text"], note?.outputs["text"]]), /hunter2/);
    // The reason why credentials are no arguments.
    assert.equal(note?.outputs["digest"], "digest of hunter2");

    // A saved state works after it was loaded again.
    host.state = JSON.parse(JSON.stringify(host.state)) as typeof host.state;
    assert.deepEqual(changedSteps(await host.up()), []);
  });
});

test("ignoreChanges comes before check; aliases, retainOnDelete and protect are heeded", async () => {
  const program = `
    new Note("ignoring", { name: "a", text: env["TEXT"] ?? "old" }, { ignoreChanges: ["text"] });
    new Note(env["RENAMED"] ?? "first", { name: "b", text: "t" }, { aliases: [{ name: "first" }] });
    if (env["GONE"] === undefined) new Note("kept", { name: "c", text: "t" }, { retainOnDelete: true });
    if (env["GONE"] !== "all") new Note("safe", { name: "d", text: "t" }, { protect: true });`;
  await withStack(program, async (host, cloud) => {
    await host.up();
    const up = await host.up({ env: { TEXT: "new", RENAMED: "second", GONE: "kept" } });
    assert.deepEqual(ops(up).sort(), ["delete kept", "same ignoring", "same safe", "same second"]);
    assert.equal(cloud.notes["c"], "t");
    const failed = await host.up({ env: { RENAMED: "second", GONE: "all" } });
    assert.match(failed.failed ?? "", /unable to delete resource .*::safe" as it is .* protection/);
    assert.equal(cloud.notes["d"], "t");
  });
});

test("opts.id reads what exists, and destroy leaves it alone", async () => {
  const program = `export const { digest } = new Note("note", { name: "a", text: "t" }, { id: "a" });`;
  await withStack(program, async (host, cloud) => {
    cloud.notes = { a: "there" };
    const up = await host.up();
    assert.deepEqual(ops(up), ["read note"]);
    assert.equal(up.outputs["digest"], "digest of there");
    await host.destroy();
    assert.deepEqual(cloud.notes, { a: "there" });
  });
});

test("components and providers serialized by the SDK work as well", async () => {
  const program = `
    class Service extends pulumi.ComponentResource {
      constructor() {
        super("test:index:Service", "service");
        new Counter("inner", { parent: this });
        this.registerOutputs({ ready: true });
      }
    }
    class Counter extends pulumi.dynamic.Resource {
      constructor(name: string, opts: pulumi.CustomResourceOptions) {
        super({ create: async (inputs: object) => ({ id: "7", outs: { ...inputs, made: true } }) }, name, { size: 3 }, opts);
      }
    }
    new Service();`;
  await withStack(program, async (host) => {
    const up = await host.up();
    assert.deepEqual(ops(up), ["create service", "create inner"]);
    assert.deepEqual(up.steps[1]?.outputs, { ready: true });
    const urn = up.steps[2]?.urn;
    assert.equal(
      urn,
      "urn:pulumi:dev::test::test:index:Service$pulumi-nodejs:dynamic:Resource::inner",
    );
    assert.equal(up.steps[2]?.outputs?.["made"], true);
  });
});

test("configuration is encrypted in the state; refresh and destroy get the one of the last up", async () => {
  const program = `
    new Note("note", { name: "a", text: "t" });
    export const key = new pulumi.Config().requireSecret("key");`;
  await withStack(
    program,
    async (host, cloud) => {
      assert.equal((await host.up()).outputs["key"], "s3cret");
      assert.doesNotMatch(JSON.stringify(host.state), /s3cret/);
      cloud.calls();
      host.config = { secret: { "test:key": "rotated" } };
      await host.refresh();
      assert.deepEqual(cloud.calls()[0], { method: "configure", args: ["s3cret"] });
      await host.up();
      assert.deepEqual(cloud.calls()[0], { method: "configure", args: ["rotated"] });
    },
    { config: { secret: { "test:key": "s3cret" } } },
  );
});

test("a program that throws fails the operation and deletes nothing", async () => {
  const program = `if (env["BROKEN"] !== undefined) throw new Error("no luck"); new Note("note", { name: "a", text: "t" });`;
  await withStack(program, async (host, cloud) => {
    await host.up();
    const failed = await host.up({ env: { BROKEN: "1" } });
    assert.match(failed.failed ?? "", /no luck/);
    assert.deepEqual(cloud.notes, { a: "t" });
  });
});

test("an operation that is under way when another resource fails is finished and recorded", async () => {
  const program = `
    new Note("slow", { name: "a", text: "slow" });
    new Note("refused", { name: "b", text: "refused" });`;
  await withStack(program, async (host, cloud) => {
    assert.equal((await host.up()).failed, "the cloud refused");
    assert.deepEqual(cloud.notes, { a: "slow" });
    const names = host.state.deployment.resources.map((state) => Urn.name(state.urn));
    assert.ok(names.includes("slow"));
  });
});

test("a program that does not end is ended at the time limit", async () => {
  const endless = `await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1));`;
  await withStack(
    endless,
    async (host) => {
      const result = await host.preview();
      assert.match(result.failed ?? "", /the time limit was reached/);
    },
    { timeLimit: 2_000 },
  );
});
