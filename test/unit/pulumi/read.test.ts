import assert from "node:assert/strict";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { diff } from "../../support/compare.ts";
import { push } from "../../../provider/pulumi/push.ts";
import { read } from "../../../provider/pulumi/read.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import type { StoredRepository } from "../../support/registry-store.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";

interface Pushed {
  readonly workshop: Workshop;
  readonly session: ResourceSession;
  readonly news: PropertyMap;
  readonly id: string;
  readonly outs: PropertyMap;
  readonly digest: string;
  readonly repository: StoredRepository;
}

/** An image of two tags, in the registry and in state. */
async function withPushed(
  use: (pushed: Pushed) => Promise<void>,
  args: PropertyMap = {},
): Promise<void> {
  await withWorkshop({}, async (workshop) => {
    const { registry, world } = workshop;
    const news = {
      lock: world.lockFile,
      registry: `${registry.host}/acme`,
      extraTags: ["{version}"],
      ...args,
    };
    const session = new ResourceSession(workshop.cache);
    const { inputs, failures } = await check(session, {}, news);
    assert.deepEqual(failures, []);
    const { id, outs } = await push(session, inputs);
    const repository = registry.store.repository("acme/lix");
    const digest = String(outs["digest"]);
    registry.log.length = 0;
    await use({ workshop, session, news, id, outs, digest, repository });
  });
}

/** What a registry cannot change by what it says. */
const OURS = ["__state", "layers", "planKey", "ref", "size", "platforms"];

test("as it was pushed, it is read back unchanged, with no drift", async () => {
  await withPushed(async ({ workshop, id, outs, news, session }) => {
    const found = await read(session, id, outs);
    assert.equal(found.id, id);
    assert.deepEqual(found.props, outs);
    const methods = new Set(workshop.registry.log.map(({ method }) => method));
    assert.deepEqual([...methods], ["HEAD"], "manifests are asked for, not fetched");
    const { inputs } = await check(session, found.inputs, news);
    assert.equal(diff(found.props, inputs).changes, false);
  });
});

for (const [what, move, drift, standing] of [
  ["moved", "other", /^tag latest points to sha256:e+, not to sha256:/, 2],
  ["deleted", undefined, /^tag latest is gone$/, 1],
] as const)
  test(`a tag that was ${what} is drift, in outputs and inputs, and up puts it right`, async () => {
    await withPushed(async ({ session, id, outs, news, digest, repository }) => {
      const other = `sha256:${"e".repeat(64)}`;
      const manifest = repository.manifests.get(digest);
      assert.ok(manifest);
      if (move === undefined) repository.tags.delete("latest");
      else {
        repository.manifests.set(other, manifest);
        repository.tags.set("latest", other);
      }
      const found = await read(session, id, outs);
      assert.equal(found.id, id);
      for (const side of [found.props, found.inputs]) {
        assert.match(String(Object(side["drift"])[0]), drift);
        assert.equal(Object(side["taggedRefs"]).length, standing);
        assert.equal(side["digest"], move === undefined ? digest : other);
      }
      for (const name of OURS) assert.deepEqual(found.props[name], outs[name], name);

      const { inputs } = await check(session, found.inputs, news);
      assert.equal(inputs["digest"], digest);
      assert.equal(diff(found.props, inputs).changes, true);
      const { outs: repaired } = await push(session, inputs, found.props);
      assert.equal(repository.tags.get("latest"), digest);
      assert.deepEqual(repaired["drift"], []);
    });
  });

test("a manifest that is gone from under its tags is drift", async () => {
  await withPushed(async ({ id, outs, digest, repository }) => {
    const other = `sha256:${"e".repeat(64)}`;
    const manifest = repository.manifests.get(digest);
    assert.ok(manifest);
    repository.manifests.set(other, manifest);
    repository.manifests.delete(digest);
    repository.tags.set("latest", other);
    const { id: found, props } = await read(new ResourceSession(), id, outs);
    assert.equal(found, id);
    assert.match(JSON.stringify(props["drift"]), new RegExp(`manifest ${digest} is gone`));
  });
});

test("with manifest and tags gone, the resource is gone", async () => {
  await withPushed(async ({ workshop, id, outs }) => {
    workshop.registry.store.repositories.clear();
    assert.deepEqual(await read(new ResourceSession(), id, outs), {
      id: "",
      props: {},
      inputs: {},
    });
  });
});

for (const [status, code] of [
  [401, "REGISTRY_DENIED"],
  [403, "REGISTRY_DENIED"],
  [500, "REGISTRY_UNAVAILABLE"],
] as const)
  test(`status ${status} is not "gone": refresh fails and the state stays`, async () => {
    await withPushed(async ({ workshop, id, outs }) => {
      const act = { kind: "answer", status } as const;
      workshop.registry.faults.push({ times: 999, act });
      await assert.rejects(
        read(new ResourceSession(), id, outs),
        (error) => Object(error).code === code,
      );
    });
  });

test("an image that went to archives only is not looked for anywhere", async () => {
  const archive = { type: "oci-layout", path: "out" };
  await withWorkshop({}, async (workshop) => {
    const outs = { planKey: "1", ref: `lix@sha256:${"a".repeat(64)}`, archives: [archive] };
    const found = await read(new ResourceSession(), "lix", outs);
    assert.equal(found.id, "lix");
    assert.deepEqual(found.props["drift"], []);
    assert.deepEqual(workshop.registry.log, []);
  });
});
