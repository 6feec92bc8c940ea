/** Two architectures in one up, and what happens when one of them cannot be made. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CacheServer } from "../support/cache-server.ts";
import type { TestRegistry } from "../support/registry.ts";
import {
  done,
  manifestPuts,
  ops,
  recorded,
  requestedPaths,
  stateOf,
  tagged,
  takeLog,
  uploads,
} from "./fixtures/image-results.ts";
import { changedSteps } from "./host/steps.ts";
import { given, ONE_IMAGE, withImage, type ImageStack } from "./fixtures/with-image.ts";

const SYSTEMS = ["x86_64-linux", "aarch64-linux"] as const;
const ARGS = given({ systems: SYSTEMS, extraTags: ["stable"] });

const withSystems = (use: (stack: ImageStack) => Promise<void>): Promise<void> =>
  withImage(ONE_IMAGE, use, { world: { systems: SYSTEMS } });

/** In the order in which they were written. */
const writtenManifests = (registry: TestRegistry): string[] =>
  takeLog(registry)
    .filter(({ method, path }) => method === "PUT" && path.includes("/manifests/"))
    .map(({ path }) => path.slice(path.lastIndexOf("/") + 1));

/** Takes away the NAR of a package that only the second system has; the answer puts it back. */
function loseNar({ world, packages }: ImageStack): () => void {
  const path = world.systems.get(SYSTEMS[1])?.path("which");
  assert.ok(path !== undefined && path !== world.path("which"));
  const file = world.narInfos.get(path)?.url ?? "";
  const nar = packages.files.get(file);
  assert.ok(nar);
  packages.files.delete(file);
  return () => packages.files.set(file, nar);
}

const fetchedNars = (packages: CacheServer): string[] =>
  requestedPaths(packages).filter((path) => path.startsWith("nar/"));

const isQuestion = (method: string): boolean => method === "HEAD" || method === "GET";

test("two architectures are pushed in one up: each layer once, then both manifests, then the index with its tags", () =>
  withSystems(async ({ host, registry, packages, world }) => {
    const { nixpkgs } = world.contents;
    assert.ok(nixpkgs !== undefined);
    const { outputs } = await done(host.preview(ARGS));
    await done(host.up(ARGS));
    const { digest, platforms } = recorded(host);
    assert.equal(digest, outputs["digest"]);
    assert.deepEqual(Object.keys(platforms), ["linux/amd64", "linux/arm64"]);
    const layers = Object.values(platforms).flatMap((each) => each.layers ?? []);
    const blobs = new Set(layers.map((layer) => layer.digest));
    assert.ok(blobs.size < layers.length, "nixpkgs is in both");
    assert.equal(uploads(registry.log).length, blobs.size + 2);
    const shared = world.narInfos.get(nixpkgs)?.url;
    assert.equal(fetchedNars(packages).filter((path) => path === shared).length, 1);
    const children = Object.values(platforms).map((each) => each.digest);
    const written = writtenManifests(registry);
    assert.deepEqual(written.slice(0, 2).sort(), children.sort());
    assert.deepEqual(written.slice(2), ["latest", "stable"]);
    assert.deepEqual(changedSteps(await host.refresh()), []);
  }));

test("nothing is pushed without a package of one system; the message names the system, and the next up pushes all", () =>
  withSystems(async (stack) => {
    const { host, registry, packages } = stack;
    const mend = loseNar(stack);
    for (const operation of [() => host.preview(ARGS), () => host.up(ARGS)]) {
      const { failed } = await operation();
      assert.match(
        failed ?? "",
        /aarch64-linux: the part of the image for this system cannot be built/,
      );
      assert.match(failed ?? "", /-which-/);
    }
    assert.equal(registry.store.repositories.size, 0);

    mend();
    const before = new Set(fetchedNars(packages));
    packages.log.length = 0;
    assert.deepEqual(ops(await done(host.up(ARGS))), ["create lix", "create web"]);
    const { digest } = recorded(host);
    assert.deepEqual([tagged(registry), tagged(registry, "stable")], [digest, digest]);
    assert.ok(before.size > 20);
    assert.ok(fetchedNars(packages).length < before.size, "what was built before is kept");
  }));

test("no tag moves while a lost layer of one system cannot be rebuilt; the next up sends only that layer", () =>
  withSystems(async (stack) => {
    const { host, registry, packages, env } = stack;
    const args = given({ systems: SYSTEMS, extraTags: ["stable"], verifyBlobs: true });
    await done(host.up(args));
    const { digest, platforms } = recorded(host);
    const arm64 = platforms["linux/arm64"];
    const names: Readonly<Record<string, string>> = Object(stateOf(host).outputs["__layers"]);
    const lost = arm64?.layers?.find(({ digest }) => names[digest]?.startsWith("which-"));
    assert.ok(arm64 !== undefined && lost !== undefined);
    const { blobs, manifests, tags } = registry.store.repository("lix");
    blobs.delete(lost.digest);
    for (const each of [arm64.digest, digest]) manifests.delete(each);
    tags.delete("stable");
    // It would be an image without its layer.
    tags.set("latest", platforms["linux/amd64"]?.digest ?? "");
    await done(host.refresh());
    assert.equal(recorded(host).drift.length, 5);

    const mend = loseNar(stack);
    const clean = { env: { ...args.env, LIX_IMAGE_CACHE: `${env["HOME"]}/empty` } };
    takeLog(registry);
    const { failed } = await host.up(clean);
    assert.match(
      failed ?? "",
      /aarch64-linux: the part of the image for this system cannot be built/,
    );
    assert.deepEqual(
      takeLog(registry).filter(({ method }) => !isQuestion(method)),
      [],
    );

    mend();
    packages.log.length = 0;
    await done(host.up(clean));
    const log = takeLog(registry);
    assert.deepEqual(uploads(log), [lost.digest]);
    assert.deepEqual(manifestPuts(log), ["manifest", "latest", "stable"]);
    assert.equal(fetchedNars(packages).length, 1);
    assert.deepEqual([tagged(registry), tagged(registry, "stable")], [digest, digest]);
    assert.deepEqual(recorded(host).drift, []);
  }));
