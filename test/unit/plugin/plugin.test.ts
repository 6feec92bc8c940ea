/** The life of an image, as the engine asks the plugin for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contains, isSecret, secret, UNKNOWN } from "../../protocol/host/wire.ts";
import { checked, created, URN, withPlugin } from "./with-plugin.ts";

test("a preview shows the digest that create pushes, and layers as unknown", () =>
  withPlugin(async ({ client, args, workshop }) => {
    const inputs = await checked(client, args);
    const preview = await client.create(URN, inputs, { preview: true });
    assert.match(String(preview.outputs["digest"]), /^sha256:/);
    for (const name of ["layers", "drift", "referrers"])
      assert.equal(preview.outputs[name], UNKNOWN, name);
    assert.equal(preview.outputs["revision"], null, "known to be missing");
    workshop.assertNothingPushed();
    const { id, outputs } = await client.create(URN, inputs);
    assert.equal(id, `${workshop.registry.host}/acme/lix`);
    assert.equal(outputs["digest"], preview.outputs["digest"]);
    assert.ok(Array.isArray(outputs["layers"]));
    const same = await client.diff({ urn: URN, id, inputs, outputs }, inputs);
    assert.deepEqual([same.changes, same.detailed], ["none", undefined]);
  }));

test("a diff names the arguments, outputs and layers that differ, and what replaces", () =>
  withPlugin(async ({ client: before, args, another }) => {
    const state = await created(before, { ...args, nixConf: { cores: 2, "max-jobs": 1 } });
    const client = await another();
    const news = { ...args, nixConf: { cores: 4, "max-jobs": 1 }, extraPkgs: ["tree"] };
    const { detailed, replaces } = await client.diff(
      state,
      await checked(client, news, state.inputs),
    );
    const [ADD, ADD_REPLACE, UPDATE] = [0, 1, 4];
    assert.equal(detailed?.["nixConf.cores"], UPDATE);
    assert.ok(!("nixConf.max-jobs" in detailed) && !("tag" in detailed));
    assert.deepEqual([detailed["extraPkgs[0]"], detailed["digest"]], [ADD, UPDATE]);
    assert.deepEqual([detailed['layers["tree-2.1.1"]'], replaces], [ADD, []]);
    const generated = detailed['layers["generated files"]'];
    assert.deepEqual(
      [generated, Object.keys(detailed).join().includes("sha256:")],
      [UPDATE, false],
    );

    const moved = await checked(client, { ...args, name: "other" }, state.inputs);
    const other = await client.diff(state, moved);
    assert.deepEqual(other.replaces, ["name"]);
    assert.equal(other.detailed?.["name"], ADD_REPLACE);
  }));

test("a resource that is checked twice claims its references for the image of the second check", () =>
  withPlugin(async ({ client, args }) => {
    // As the engine does before a replacement: `ignoreChanges` holds for the first check alone.
    await checked(client, { ...args, nixConf: { cores: 2 } });
    await checked(client, { ...args, nixConf: { cores: 4 } });
    const other = `${URN}-other`;
    const request = {
      urn: other,
      olds: {},
      news: { ...args, nixConf: { cores: 2 } },
      preview: false,
    };
    const { failures } = await client.check(request);
    assert.match(failures.map(({ reason }) => reason).join(), /REFERENCE_CLAIMED_TWICE/);
  }));

test("a secret argument stays secret, and so does an output that repeats it; a digest does not", () =>
  withPlugin(async ({ client, args }) => {
    const news = {
      ...args,
      config: { labels: { token: secret("s3cret") } },
      nixConf: { cores: secret(3) },
    };
    const { inputs, outputs, id } = await created(client, news);
    for (const values of [inputs, outputs]) {
      assert.ok(!JSON.stringify(values, withoutSecrets).includes("s3cret"));
      assert.ok(isSecret(values["labels"]));
      assert.ok(contains(values["nixConf"] ?? null, isSecret));
      assert.equal(typeof values["digest"], "string");
      assert.equal(typeof values["ref"], "string");
    }
    const found = await client.read({ urn: URN, id, inputs, outputs });
    assert.ok(isSecret(found?.outputs["labels"]) && isSecret(found.inputs?.["labels"]));
    const again = await checked(client, news, inputs);
    assert.deepEqual(again, inputs);
    assert.equal((await client.diff({ urn: URN, id, inputs, outputs }, again)).changes, "none");
  }));

const withoutSecrets = (_: string, value: unknown): unknown =>
  isSecret(value as Parameters<typeof isSecret>[0]) ? "[secret]" : value;

test("what is unknown is so at every depth, and check names it", () =>
  withPlugin(async ({ client, args }) => {
    const inputs = await checked(client, { ...args, nixConf: { cores: UNKNOWN } });
    assert.deepEqual([inputs["digest"], inputs["nixConf"]], [UNKNOWN, { cores: UNKNOWN }]);
    assert.match(String(inputs["version"]), /^2\./);
    const preview = await client.create(URN, inputs, { preview: true });
    assert.equal(preview.outputs["digest"], UNKNOWN);
  }));

test("without previewDigests check answers no unknown, and the push computes what it left out", () =>
  withPlugin(async ({ client, args, workshop, another }) => {
    const lean = { ...args, previewDigests: false };
    const inputs = await checked(client, lean);
    assert.ok(!contains(inputs, (value) => value === UNKNOWN), "fatal at an up");
    assert.ok(!("digest" in inputs));
    const preview = await client.create(URN, inputs, { preview: true });
    assert.equal(preview.outputs["digest"], UNKNOWN);
    assert.equal(workshop.cachedBlobs(), 0, "a preview downloads nothing");
    const { id, outputs } = await client.create(URN, inputs);
    assert.match(String(outputs["digest"]), /^sha256:/);
    const next = await another();
    const again = await checked(next, lean, inputs);
    assert.equal(again["digest"], outputs["digest"], "known by now");
    assert.equal((await next.diff({ urn: URN, id, inputs, outputs }, again)).changes, "none");
  }));

test("assets and archives are refused by their places, all at once", () =>
  withPlugin(async ({ client, args }) => {
    const asset = {
      "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
      text: "x",
    };
    await assert.rejects(
      checked(client, { ...args, files: { "/etc/motd": asset }, extraPkgs: [secret(asset)] }),
      /extraPkgs\[0\]: expected plain values[^]*files\["\/etc\/motd"\]: expected plain values/,
    );
  }));

test("delete keeps the image, unless it is told to remove it", () =>
  withPlugin(async ({ client, args, workshop, another }) => {
    const repository = workshop.registry.store.repository("acme/lix");
    const state = await created(client, args);
    await (await another()).delete(state);
    assert.ok(repository.tags.has("latest"));
    const removed = { ...state, outputs: { ...state.outputs, deleteFromRegistry: true } };
    await (await another()).delete(removed);
    assert.ok(!repository.tags.has("latest"));
  }));
