/** `pulumi import` and getLixImage: images that this stack did not push. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProviderClient } from "../../protocol/host/provider-client.ts";
import type { Properties } from "../../protocol/host/wire.ts";
import { checked, created, URN, withPlugin } from "./with-plugin.ts";

const UPDATE = 4;

/** What state has after an import. */
async function imported(client: ProviderClient, id: string) {
  const found = await client.import(URN, id);
  assert.ok(found !== undefined);
  const { inputs = {}, outputs } = found;
  return { urn: URN, id: found.id, inputs, outputs };
}

test("an imported image shows no change with the arguments that made it, before and after a refresh", () =>
  withPlugin(async ({ client, args, another }) => {
    const news = { ...args, tag: "v1", lixRevision: "abc" };
    const pushed = await created(client, news);
    const other = await another();
    const state = await imported(other, `${pushed.id}:v1`);
    assert.deepEqual(state.inputs, {
      registry: args["registry"],
      name: "lix",
      tag: "v1",
      lixRevision: "abc",
    });
    for (const name of ["digest", "ref", "taggedRefs", "layers", "labels", "version", "size"])
      assert.deepEqual(state.outputs[name], pushed.outputs[name], name);
    const refreshed = await other.read(state);
    assert.deepEqual(refreshed?.outputs, state.outputs);

    const inputs = await checked(other, news, state.inputs);
    assert.equal((await other.diff(state, inputs)).changes, "none");
    // The engine then has the new inputs and the imported outputs.
    const kept = { ...state, inputs };
    const found = await (await another()).read(kept);
    assert.deepEqual(found?.outputs, state.outputs);
    const again = await checked(await another(), news, found.inputs);
    assert.equal((await other.diff({ ...kept, outputs: found.outputs }, again)).changes, "none");
  }));

test("with other arguments the diff names them and the layers that differ, and up replaces nothing", () =>
  withPlugin(async ({ client, args, another }) => {
    const { id } = await created(client, { ...args, nixConf: { cores: 2 } });
    const other = await another();
    const state = await imported(other, id);
    const inputs = await checked(other, { ...args, extraPkgs: ["tree"] }, state.inputs);
    const { changes, replaces, detailed = {} } = await other.diff(state, inputs);
    assert.deepEqual([changes, replaces], ["some", []]);
    const layers = Object.keys(detailed).filter((place) => place.startsWith("layers"));
    assert.ok(layers.includes('layers["tree-2.1.1"]'), layers.join());
    assert.ok(
      !layers.some((place) => /lix-2|bash/.test(place)),
      "those that both have are the same",
    );
    assert.ok("extraPkgs" in detailed || "extraPkgs[0]" in detailed);
    assert.deepEqual([detailed["digest"], detailed["labels"]], [UPDATE, undefined]);
    const outputs = await other.update(state, inputs);
    assert.equal(typeof outputs["planKey"], "string");
  }));

test("drift of an imported image is found as that of any other", () =>
  withPlugin(async ({ client, args, workshop, another }) => {
    const pushed = await created(client, args);
    const other = await another();
    const state = await imported(other, `${pushed.id}:latest`);
    const inputs = await checked(other, args, state.inputs);
    workshop.registry.store.repository("acme/lix").tags.delete("latest");
    const found = await (await another()).read({ ...state, inputs });
    assert.deepEqual(found?.outputs["drift"], ["tag latest is gone"]);
    const next = await another();
    const again = await checked(next, args, found.inputs);
    const live = { ...state, ...found, inputs: found.inputs ?? {} };
    assert.equal((await next.diff(live, again)).changes, "some");
    await next.update(live, again);
    assert.ok(workshop.registry.store.repository("acme/lix").tags.has("latest"));
  }));

test("several systems are imported with their layers, and what is not there is not", () =>
  withPlugin(
    async ({ client, args, another }) => {
      const news = { ...args, systems: ["x86_64-linux", "aarch64-linux"] };
      const pushed = await created(client, news);
      const other = await another();
      const state = await imported(other, `${pushed.id}@${String(pushed.outputs["digest"])}`);
      assert.deepEqual(state.inputs["systems"], news.systems);
      assert.equal(state.inputs["tag"], undefined);
      assert.deepEqual(state.outputs["platforms"], pushed.outputs["platforms"]);
      assert.equal(await other.import(URN, `${pushed.id}:gone`), undefined);
    },
    {},
    { world: { systems: ["x86_64-linux", "aarch64-linux"] } },
  ));

test("getLixImage says what a registry has, and what is wrong with the question", () =>
  withPlugin(async ({ client, args }) => {
    const { id, outputs } = await created(client, { ...args, lixRevision: "abc" });
    const ask = (given: Properties, name = "lix:index:getLixImage") => client.invoke(name, given);
    const found = await ask({ reference: `${id}:latest` });
    for (const name of ["ref", "digest", "taggedRefs", "labels", "version", "platforms", "size"])
      assert.deepEqual(found[name], outputs[name], name);
    assert.equal(found["revision"], "abc");
    await assert.rejects(ask({ reference: `${id}:gone` }), /:gone: there is no such image/);
    await assert.rejects(ask({}), /reference: expected a text/);
    await assert.rejects(ask({}, "lix:index:other"), /no function lix:index:other/);
  }));
