/** The protocol host: the real SDK and provider process, a tiny provider, the engine's order of calls. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { opsInOrder as ops } from "./fixtures/ops.ts";
import { withStack } from "./fixtures/with-stack.ts";
import { describeSteps } from "./host/print.ts";
import { changedSteps } from "./host/steps.ts";
import { UNKNOWN } from "./host/wire.ts";

const ONE_NOTE = `
const note = new Note("note", { name: env["NAME"] ?? "a", text: env["TEXT"] ?? "hello" });
new pulumi.CustomResource("test:index:Deployment", "web", { image: note.digest, at: note.serial });
export const { digest, serial } = note;
`;

test("a preview shows checked inputs as outputs, all else as unknown, and makes nothing", async () => {
  await withStack(ONE_NOTE, async (host, cloud) => {
    const preview = await host.preview();
    assert.deepEqual(ops(preview), ["create note", "create web"]);
    assert.deepEqual(preview.outputs, { digest: "digest of hello", serial: UNKNOWN });
    const web = preview.steps.at(-1);
    assert.deepEqual(web?.newInputs, { image: "digest of hello", at: UNKNOWN });
    assert.deepEqual(
      cloud.calls().map((call) => call.method),
      ["check"],
    );
    assert.deepEqual(host.state.deployment.resources, []);
  });
});

test("up creates; without a change the next up calls check and diff only", async () => {
  await withStack(ONE_NOTE, async (host, cloud) => {
    const up = await host.up();
    assert.deepEqual(up.outputs, { digest: "digest of hello", serial: 1 });
    assert.ok(up.logs.includes("making a"), "stdout of the provider is in the log");
    cloud.calls();

    const again = await host.up();
    assert.deepEqual(changedSteps(again), []);
    const [check, diff, ...more] = cloud.calls();
    assert.deepEqual([check?.method, diff?.method, more], ["check", "diff", []]);
    // check gets old inputs, with what check itself put there; diff gets old outputs.
    assert.deepEqual(Object.keys(check?.args[0] as object).sort(), [
      "__provider",
      "digest",
      "name",
      "text",
    ]);
    assert.equal((diff?.args[1] as { serial: number }).serial, 1);

    const changed = await host.preview({ env: { TEXT: "other" } });
    assert.deepEqual(ops(changed), ["update note", "update web"]);
    assert.deepEqual(changed.outputs, { digest: "digest of other", serial: UNKNOWN });
    assert.equal(
      describeSteps(changed),
      `~  pulumi-nodejs:dynamic/test:Note note
     digest: "digest of hello" => "digest of other"
     text: "hello" => "other"
~  test:index:Deployment web
     at: 1 => [unknown]
     image: "digest of hello" => "digest of other"
2 to update`,
    );
  });
});

test("a replacement is checked again as if new, made, and only then the old one is deleted", async () => {
  await withStack(ONE_NOTE, async (host, cloud) => {
    await host.up();
    cloud.calls();
    const up = await host.up({ env: { NAME: "b" } });
    assert.deepEqual(ops(up), ["replace note", "same web", "delete note"]);
    const calls = cloud.calls();
    assert.deepEqual(
      calls.map((call) => call.method),
      ["check", "diff", "check", "create", "delete"],
    );
    assert.deepEqual(calls[2]?.args[0], {}, "no olds");
    assert.deepEqual(cloud.notes, { b: "hello" });
  });
});

test("with deleteBeforeReplace the old one is deleted before the new one is made", async () => {
  const program = `new Note("note", { name: env["NAME"] ?? "a", text: "t" }, { deleteBeforeReplace: true });`;
  await withStack(program, async (host) => {
    await host.up();
    assert.deepEqual(ops(await host.up({ env: { NAME: "b" } })), ["delete note", "replace note"]);
  });
});

test("an unknown input reaches check as the sentinel and is known at up", async () => {
  const program = `
    const first = new Note("first", { name: "a", text: "t" });
    export const { digest } = new Note("second", { name: "b", text: first.serial });`;
  await withStack(program, async (host, cloud) => {
    const preview = await host.preview();
    assert.equal(preview.outputs["digest"], UNKNOWN);
    assert.equal((cloud.calls()[1]?.args[1] as { text: string }).text, UNKNOWN);
    assert.equal((await host.up()).outputs["digest"], "digest of 1");
  });
});

test("nothing is left after a check that fails or a create that throws", async () => {
  await withStack(ONE_NOTE, async (host) => {
    const checked = await host.up({ env: { TEXT: "" } });
    assert.equal(
      checked.failed,
      "pulumi-nodejs:dynamic/test:Note resource 'note' has a problem: text: expected something; got nothing",
    );
    const refused = await host.up({ env: { TEXT: "refused" } });
    assert.equal(refused.failed, "the cloud refused");
    const left = host.state.deployment.resources.filter((state) => state.type.includes("Note"));
    assert.deepEqual(left, []);
  });
});

test("a partial failure is recorded with its reasons, and the next up updates whatever diff says", async () => {
  await withStack(ONE_NOTE, async (host, cloud) => {
    const half = await host.up({ env: { TEXT: "half" } });
    assert.equal(describeSteps(half), "error: only half of it was made");
    const note = host.state.deployment.resources.find((state) => state.type.includes("Note"));
    assert.deepEqual(note?.initErrors, ["only half of it was made"]);
    assert.equal(note?.outputs["serial"], 1);
    cloud.calls();

    assert.deepEqual(ops(await host.up()), ["update note", "create web"]);
    assert.deepEqual(
      cloud.calls().map((call) => call.method),
      ["check", "diff", "update"],
    );
    assert.deepEqual(changedSteps(await host.up()), []);
  });
});

test("refresh takes over what is read, drops what is gone, and fails without touching the state", async () => {
  await withStack(ONE_NOTE, async (host, cloud) => {
    await host.up();
    const before = host.state;

    cloud.notes = { a: "changed by hand" };
    const preview = await host.preview({ refresh: true });
    assert.deepEqual(
      changedSteps(preview).map((step) => step.op),
      ["refresh", "update", "update"],
    );
    assert.deepEqual(host.state, before, "a preview keeps nothing");

    const down = await host.refresh({ env: { TINY_DOWN: "1" } });
    assert.equal(down.failed, "the cloud is down");
    assert.deepEqual(host.state, before);

    await host.up({ refresh: true });
    assert.deepEqual(cloud.notes, { a: "hello" }, "repaired");

    cloud.notes = {};
    const gone = await host.refresh();
    assert.match(describeSteps(gone), /^- {2}pulumi-nodejs:dynamic\/test:Note note$/m);
    assert.deepEqual(ops(await host.up()), ["create note", "same web"]);

    assert.deepEqual(ops(await host.destroy()).slice(0, 2), ["delete web", "delete note"]);
    assert.deepEqual([cloud.notes, host.state.deployment.resources], [{}, []]);
  });
});
