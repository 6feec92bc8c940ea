/** An image in several registries: each is checked, repaired and cleaned on its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRegistry, type TestRegistry } from "../support/registry.ts";
import {
  changes,
  done,
  ops,
  recorded,
  requestedPaths,
  stateOf,
  tagged,
  takeLog,
  uploads,
} from "./fixtures/image-results.ts";
import { given, withImage, type ImageStack } from "./fixtures/with-image.ts";

const MIRRORED = `
const image = new LixImage("lix", { registry, ...given });
deploy("web", { image: image.ref });
deploy("abroad", { image: image.mirrorRefs.apply((refs) => refs[0] ?? "none") });
export const { ref, mirrorRefs } = image;
`;

const withElsewhere = (
  use: (
    stack: ImageStack & { readonly elsewhere: TestRegistry; readonly mirror: string },
  ) => Promise<void>,
): Promise<void> =>
  withImage(MIRRORED, async (stack) => {
    const elsewhere = await startRegistry();
    try {
      await use({ ...stack, elsewhere, mirror: `${elsewhere.host}/copies/lix` });
    } finally {
      await elsewhere.close();
    }
  });

const copied = (elsewhere: TestRegistry): string | undefined =>
  tagged(elsewhere, "latest", "copies/lix");

test("a preview knows a mirror's reference, and a new mirror gets the image without a package being fetched", () =>
  withElsewhere(async ({ host, registry, packages, env, elsewhere, mirror }) => {
    const mirrors = { mirrors: [mirror] };
    const preview = await done(host.preview(given(mirrors)));
    const refs = preview.outputs["mirrorRefs"];
    await done(host.up());
    assert.deepEqual(recorded(host).mirrorRefs, []);
    const image = recorded(host);
    assert.deepEqual(refs, [`${mirror}@${image.digest}`]);

    // On a machine that has only the state.
    packages.log.length = registry.log.length = 0;
    const clean = { ...given(mirrors).env, LIX_IMAGE_CACHE: `${env["HOME"]}/empty` };
    const up = await done(host.up({ env: clean }));
    assert.deepEqual(changes(up), ["update abroad", "update lix"]);
    assert.deepEqual(up.outputs["mirrorRefs"], refs);
    assert.match(up.logs.join("\n"), new RegExp(`mirrors: \\+ ${mirror}`));
    assert.deepEqual(requestedPaths(packages), []);
    assert.equal(copied(elsewhere), image.digest);
    assert.equal(uploads(takeLog(elsewhere)).length, image.layers.length + 1);
    const asked = takeLog(registry).map(({ method }) => method);
    assert.equal(asked.filter((method) => method === "GET").length, image.layers.length);
    assert.ok(asked.every((method) => method === "GET" || method === "HEAD"));
  }));

test("an image that a mirror refused is recorded as drift, and the next up pushes it there", () =>
  withElsewhere(async ({ host, registry, elsewhere, mirror }) => {
    const args = given({ mirrors: [mirror], deleteFromRegistry: true });
    const act = { kind: "answer", status: 403 } as const;
    const down = { path: /./, act, times: Infinity };
    elsewhere.faults.push(down);
    const { failed } = await host.up(args);
    assert.match(failed ?? "", /pushed, but not to all destinations: .*copies\/lix.*403/s);
    const { digest, drift } = recorded(host);
    assert.equal(tagged(registry), digest);
    assert.deepEqual(drift, [`${mirror}: the image is not there`]);

    // So an update that is taken back is one.
    const cores = given({ mirrors: [mirror], deleteFromRegistry: true, nixConf: { cores: 2 } });
    assert.match((await host.up(cores)).failed ?? "", /PARTLY_PUSHED/);
    assert.notEqual(recorded(host).digest, digest);
    assert.equal(tagged(registry), recorded(host).digest);
    elsewhere.faults.length = 0;
    takeLog(registry);
    await done(host.up(args));
    assert.deepEqual([tagged(registry), copied(elsewhere)], [digest, digest]);
    assert.deepEqual(recorded(host).drift, []);
    assert.deepEqual(changes(await done(host.up(args))), []);

    // And a destroy knows of an image that only some have.
    elsewhere.faults.push(down);
    assert.match((await host.up(cores)).failed ?? "", /PARTLY_PUSHED/);
    elsewhere.faults.length = 0;
    await done(host.destroy());
    assert.equal(tagged(registry), undefined);
  }));

test("with mirrorFailure a mirror that fails is a warning, resources that use ref continue, and up repairs the mirror", () =>
  withElsewhere(async ({ host, registry, elsewhere, mirror }) => {
    const args = given({ mirrors: [mirror], mirrorFailure: "warn" });
    const act = { kind: "answer", status: 403 } as const;
    elsewhere.faults.push({ path: /./, act, times: Infinity });
    const up = await done(host.up(args));
    assert.ok(ops(up).includes("create web"));
    const { digest, drift } = recorded(host);
    assert.equal(tagged(registry), digest);
    assert.deepEqual(drift, [`${mirror}: the image is not there`]);
    assert.match(up.logs.join("\n"), /warning: .*copies\/lix does not have the image/);
    elsewhere.faults.length = 0;
    assert.deepEqual(changes(await done(host.up(args))), ["update lix"]);
    assert.equal(copied(elsewhere), digest);
    assert.deepEqual(changes(await done(host.preview(args))), []);
  }));

test("deleteFromRegistry cleans a mirror when it is dropped, and all at a destroy", () =>
  withElsewhere(async ({ host, registry, elsewhere, mirror }) => {
    const second = `${elsewhere.host}/second/lix`;
    const ours = { deleteFromRegistry: true };
    await done(host.up(given({ ...ours, mirrors: [mirror, second] })));
    const { digest } = recorded(host);
    await done(host.up(given({ ...ours, mirrors: [second] })));
    const { manifests, tags } = elsewhere.store.repository("copies/lix");
    assert.deepEqual([manifests.size, tags.size], [0, 0]);
    assert.deepEqual(
      [tagged(registry), tagged(elsewhere, "latest", "second/lix")],
      [digest, digest],
    );

    // The first registry cannot be asked: the mirror is cleaned, and the resource stays.
    const act = { kind: "answer", status: 403 } as const;
    registry.faults.push({ path: /./, act, times: Infinity });
    const { failed } = await host.destroy();
    assert.ok(failed?.includes(`${registry.host}/lix: `), failed);
    assert.equal(tagged(elsewhere, "latest", "second/lix"), undefined);
    assert.equal(stateOf(host).outputs["digest"], digest);
    registry.faults.length = 0;
    await done(host.destroy());
    assert.equal(registry.store.repository("lix").manifests.size, 0);
    assert.throws(() => stateOf(host));
  }));
