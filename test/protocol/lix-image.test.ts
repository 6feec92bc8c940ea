/** From a preview to a pushed image, and from one image to the next. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { StorePath } from "../../provider/formats/nix/store-path.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import {
  assertNothingAsked,
  done,
  ops,
  recorded,
  requestedPaths,
  stateOf,
  stepOf,
  tagged,
  takeLog,
  uploads,
} from "./fixtures/image-results.ts";
import { given, ONE_IMAGE, withImage } from "./fixtures/with-image.ts";
import { changedSteps } from "./host/steps.ts";
import { UNKNOWN } from "./host/wire.ts";
import { layerNamed } from "../support/layer-named.ts";

test("up pushes the image that preview has shown, and a deployment gets its reference", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry, packages }) => {
    const preview = await done(host.preview());
    assert.deepEqual(ops(preview), ["create lix", "create web"]);
    const { digest, ref } = preview.outputs;
    assert.match(String(digest), /^sha256:[0-9a-f]{64}$/);
    assert.equal(ref, `${registry.host}/lix@${String(digest)}`);
    assert.deepEqual(preview.outputs["taggedRefs"], [`${registry.host}/lix:latest`]);
    assert.equal(preview.outputs["layers"], UNKNOWN);
    assert.deepEqual(stepOf(preview, "web").newInputs, { image: ref });
    assert.deepEqual(registry.log, [], "a preview pushes nothing");
    packages.log.length = 0;

    const up = await done(host.up());
    assert.deepEqual(ops(up), ["create lix", "create web"]);
    assert.deepEqual(
      { digest: up.outputs["digest"], ref: up.outputs["ref"] },
      { digest, ref },
      "as promised",
    );
    assert.deepEqual(stepOf(up, "web").outputs, { image: ref });
    assert.deepEqual(packages.log, [], "the preview has left all layers in the local cache");
    assert.equal(tagged(registry), digest);
    const client = new RegistryClient({ host: registry.host, name: "lix", plainHttp: true });
    const served = await client.getManifest("latest");
    assert.ok(served !== undefined);
    assert.equal(served.digest, digest);
    const { layers } = JSON.parse(Buffer.from(served.bytes).toString("utf8")) as {
      layers: { digest: string }[];
    };
    assert.deepEqual(
      recorded(host).layers.map((layer) => layer.digest),
      layers.map((layer) => layer.digest),
    );
  });
});

test("an unchanged image causes no request; a setting changes one layer, and a package adds its own", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry, packages, world }) => {
    await done(host.up());
    const first = recorded(host);
    takeLog(registry);
    packages.log.length = 0;

    const again = await done(host.up());
    assert.deepEqual(changedSteps(again), []);
    assertNothingAsked({ registry, packages });
    assert.deepEqual(again.logs, []);

    const preview = await done(host.preview(given({ nixConf: { cores: 4 } })));
    assert.deepEqual(ops(preview), ["update lix", "update web"]);
    assert.deepEqual(
      [stepOf(preview, "web").oldInputs, stepOf(preview, "web").newInputs],
      [{ image: first.ref }, { image: preview.outputs["ref"] }],
    );
    assert.notEqual(preview.outputs["digest"], first.digest);
    assertNothingAsked({ registry, packages });
    await done(host.up(given({ nixConf: { cores: 4 } })));
    const second = recorded(host);
    assert.equal(second.digest, preview.outputs["digest"]);
    // The base system is the last layer but one.
    const changed = second.layers.filter((layer, at) => layer.digest !== first.layers[at]?.digest);
    assert.deepEqual(changed, [second.layers.at(-2)]);
    assert.deepEqual(
      uploads(takeLog(registry)),
      [second.layers.at(-2)?.digest, second.platforms["linux/amd64"]?.configDigest].sort(),
    );
    assert.deepEqual(packages.log, []);

    await done(host.up(given({ nixConf: { cores: 4 }, extraPkgs: ["tree"] })));
    const third = recorded(host);
    const known = new Set(second.layers.map((layer) => layer.digest));
    const fresh = third.layers.filter((layer) => !known.has(layer.digest));
    // Its own path, the generated ones, base system and database.
    const names: Readonly<Record<string, string>> = Object(stateOf(host).outputs["__layers"]);
    const own = fresh.filter(({ digest }) => digest === layerNamed(third, "tree-2.1.1"));
    const generated = fresh.filter(({ digest }) =>
      /^(user-environment|manifest\.nix)/.test(names[digest] ?? ""),
    );
    assert.deepEqual([own.length, fresh.length - own.length - generated.length], [1, 2]);
    assert.deepEqual(fresh.slice(-2), third.layers.slice(-2));
    assert.deepEqual(
      uploads(takeLog(registry)),
      [
        ...fresh.map((layer) => layer.digest),
        third.platforms["linux/amd64"]?.configDigest ?? "",
      ].sort(),
    );
    assert.deepEqual(
      requestedPaths(packages).filter((path) => path.endsWith(".narinfo")),
      [`${StorePath.hashPart(world.path("tree"))}.narinfo`],
    );
  });
});

test("an image can be written to an archive alone, without a registry", async () => {
  const program = `export const { ref, digest } = new LixImage("lix", { ...given });`;
  await withImage(program, async ({ host, registry, folder }) => {
    const args = given({ archives: [{ type: "oci-layout", path: "image" }] });
    const up = await done(host.up(args));
    assert.equal(up.outputs["ref"], `lix@${String(up.outputs["digest"])}`);
    const index = JSON.parse(await readFile(`${folder}/image/index.json`, "utf8")) as {
      manifests: { digest: string }[];
    };
    assert.equal(index.manifests[0]?.digest, up.outputs["digest"]);
    assert.deepEqual(registry.log, []);
    // A folder is not checked for drift: it is written on create and update only.
    await writeFile(`${folder}/image/index.json`, "{}");
    assert.deepEqual(changedSteps(await host.refresh()), []);
    assert.deepEqual(changedSteps(await host.up(args)), []);
  });
});
