import assert from "node:assert/strict";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { diff } from "../../support/compare.ts";
import { push } from "../../../provider/pulumi/push.ts";
import { read } from "../../../provider/pulumi/read.ts";
import { recordedBlobs } from "../../../provider/resource/recorded-blobs.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import type { LayerOutput } from "../../../sdk/outputs.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";
import { layerNamed } from "../../support/layer-named.ts";

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const path = (name: string): string => `/nix/store/${"a".repeat(32)}-${name}`;

interface Pushed {
  readonly workshop: Workshop;
  readonly session: ResourceSession;
  readonly news: PropertyMap;
  readonly id: string;
  readonly outs: PropertyMap;
}

async function withPushed(verifyBlobs: boolean, use: (pushed: Pushed) => Promise<void>) {
  await withWorkshop({}, async (workshop) => {
    const { registry, world } = workshop;
    const news = { lock: world.lockFile, registry: `${registry.host}/acme`, verifyBlobs };
    const session = new ResourceSession(workshop.cache);
    const { inputs, failures } = await check(session, {}, news);
    assert.deepEqual(failures, []);
    const { id, outs } = await push(session, inputs);
    registry.log.length = 0;
    await use({ workshop, session, news, id, outs });
  });
}

test("with verifyBlobs each blob is asked for once, by HEAD, a few at a time", async () => {
  await withPushed(true, async ({ workshop: { registry }, id, outs }) => {
    registry.faults.push({ path: /blobs/, times: Infinity, act: { kind: "wait", ms: 20 } });
    const { props } = await read(new ResourceSession(), id, outs);
    assert.deepEqual(props, outs, "and all are there");
    const asked = registry.log.filter((line) => line.path.includes("/blobs/"));
    assert.deepEqual([...new Set(asked.map((line) => line.method))], ["HEAD"]);
    assert.equal(asked.length, Object(outs["layers"]).length + 1, "the layers and the config");
    assert.equal(new Set(asked.map((line) => line.path)).size, asked.length);
  });
});

test("a blob that is gone is drift that names it and its package; up sends it and no other", async () => {
  await withPushed(true, async ({ workshop: { registry }, session, news, id, outs }) => {
    const layers = outs["layers"] as readonly LayerOutput[];
    const lost = layerNamed(outs, "less-661");
    const at = layers.findIndex((each) => each.digest === lost);
    const { blobs } = registry.store.repository("acme/lix");
    assert.ok(blobs.delete(lost));

    const found = await read(session, id, outs);
    assert.equal(found.id, id);
    const drift = [`blob ${lost} (layer ${at + 1}, less-661) is gone`];
    assert.deepEqual([found.props["drift"], found.inputs["drift"]], [drift, drift]);
    assert.equal(found.props["digest"], outs["digest"], "the manifest is there");

    const { inputs } = await check(session, found.inputs, news);
    assert.equal(diff(found.props, inputs).changes, true);
    registry.log.length = 0;
    const { outs: repaired } = await push(session, inputs, found.props);
    const sent = registry.log.filter(({ method }) => method === "PUT").map(({ path }) => path);
    assert.equal(sent.length, 1);
    assert.ok(sent[0]?.includes(encodeURIComponent(lost)));
    assert.ok(blobs.has(lost));
    assert.deepEqual(repaired, outs);
  });
});

test("without verifyBlobs no blob is asked for", async () => {
  await withPushed(false, async ({ workshop: { registry }, id, outs }) => {
    registry.store.repository("acme/lix").blobs.clear();
    assert.deepEqual((await read(new ResourceSession(), id, outs)).props["drift"], []);
    assert.ok(registry.log.every((line) => !line.path.includes("/blobs/")));
  });
});

test("a registry that denies access to a blob has not lost it", async () => {
  await withPushed(true, async ({ workshop: { registry }, id, outs }) => {
    const act = { kind: "answer", status: 403 } as const;
    registry.faults.push({ path: /blobs/, times: Infinity, act });
    await assert.rejects(read(new ResourceSession(), id, outs), { code: "REGISTRY_DENIED" });
  });
});

test("with several platforms each blob is listed once, with its platform", () => {
  const shared = { digest: digest("a"), storePaths: [path("nixpkgs")] };
  const several = { digest: digest("b"), storePaths: [path("b-1"), path("c-2"), path("d-3")] };
  const platforms = {
    "linux/amd64": { configDigest: digest("1"), layers: [shared, several] },
    "linux/arm64": { configDigest: digest("2"), layers: [shared, { digest: digest("c") }] },
  };
  assert.deepEqual(
    recordedBlobs({ platforms }).map((blob) => blob.place),
    [
      "linux/amd64: config",
      "linux/amd64: layer 1, nixpkgs",
      "linux/amd64: layer 2, b-1 and 2 more",
      "linux/arm64: config",
      "linux/arm64: layer 2",
    ],
  );
});

test("the name of a layer is the one in state, and an empty one is none", () => {
  const layers = ["a", "b"].map((letter) => ({ digest: digest(letter) }));
  const names = { [digest("a")]: "nixpkgs", [digest("b")]: "" };
  assert.deepEqual(
    recordedBlobs({ layers, __layers: names }).map((blob) => blob.place),
    ["layer 1, nixpkgs", "layer 2"],
  );
});

test("a state that names no layers is read as far as it goes", () => {
  assert.deepEqual(recordedBlobs({}), []);
  assert.deepEqual(recordedBlobs({ layers: "?", platforms: [] }), []);
  assert.deepEqual(recordedBlobs({ platforms: { "linux/amd64": { configDigest: digest("1") } } }), [
    { digest: digest("1"), place: "config" },
  ]);
});
