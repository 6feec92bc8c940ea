import assert from "node:assert/strict";
import { test } from "node:test";
import { describeBuilt } from "../../../provider/app/describe.ts";
import { assemble } from "../../../provider/app/assemble.ts";
import { resolveDigests, planWithDigests } from "../../../provider/app/build-image.ts";
import { Session } from "../../../provider/app/session.ts";
import { makeSpec } from "../../../provider/arguments/spec.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { startCacheServer, type CacheServer } from "../../support/cache-server.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { copyCache } from "../../support/world/binary-cache.ts";
import { damageNar, useCaches } from "../../support/world/damage.ts";
import { makeWorld, type World } from "../../support/world.ts";

interface Scene {
  readonly world: World;
  readonly cache: CacheServer;
  readonly session: Session;
  /** Digest of the image of these arguments. */
  readonly build: (args?: LixImageInputs) => Promise<string>;
}

async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
  await withTempDir(async (folder) => {
    const world = await makeWorld(folder);
    const cache = await startCacheServer();
    const session = new Session(`${folder}/local-cache`);
    const build = async (args: LixImageInputs = {}): Promise<string> => {
      const spec = makeSpec(LixImageInputs.parse({ lock: world.lockFile, ...args }), {
        directory: folder,
        destination: "optional",
      });
      const imagePlan = await planWithDigests(session, spec);
      const built = await resolveDigests(session, imagePlan, { mayFetch: true });
      return describeBuilt(imagePlan, assemble(session, built ?? [])).digest;
    };
    try {
      await copyCache(world.cacheFolder, cache.files);
      await useCaches(world, cache.url);
      await use({ world, cache, session, build });
    } finally {
      await cache.close();
    }
  });
}

/** What was fetched more than once. */
function fetchedAgain({ log }: CacheServer): string[] {
  const paths = log.map(({ path }) => path);
  return paths.filter((path, index) => paths.indexOf(path) !== index);
}

const THREE: readonly LixImageInputs[] = [
  { nixConf: { cores: 1 } },
  { extraPkgs: ["jq"], lixRevision: "abc" },
  { extraPkgs: ["jq", "propagator"], bundleNixpkgs: false },
];

test("three images with one base download it once, built together or one after the other", async () => {
  await withScene(async ({ cache, build }) => {
    const atOnce = await Promise.all(THREE.map(build));
    assert.equal(new Set(atOnce).size, 3);
    assert.deepEqual(fetchedAgain(cache), []);
    assert.ok(cache.count(/^nar\//) > 30);

    cache.log.length = 0;
    const later: string[] = [];
    for (const args of THREE) later.push(await build(args));
    assert.deepEqual(later, atOnce);
    assert.deepEqual(cache.log, [], "what is known is not asked for again");
  });
});

test("an image whose packages cannot be had does not fail those that share its base", async () => {
  await withScene(async ({ world, cache, build }) => {
    await damageNar(world, world.path("tree"), "other contents");
    await copyCache(world.cacheFolder, cache.files);
    const [good, bad, other] = await Promise.allSettled([
      build(),
      build({ extraPkgs: ["tree"] }),
      build({ extraPkgs: ["jq"] }),
    ]);
    assert.equal(good.status, "fulfilled");
    assert.equal(other.status, "fulfilled");
    assert.equal(bad.status, "rejected");
    assert.match(bad.reason.message, /tree-2\.1\.1/);
  });
});

test("the next process fetches nothing that this one has built, and gets the same image", async () => {
  await withScene(async ({ world, cache, session, build }) => {
    const digest = await build();
    cache.log.length = 0;
    const next = new Session(session.cache.folder.replace(/\/v1$/, ""));
    const args = LixImageInputs.parse({ lock: world.lockFile });
    const spec = makeSpec(args, { directory: "/", destination: "optional" });
    const imagePlan = await planWithDigests(next, spec);
    const built = await resolveDigests(next, imagePlan, { mayFetch: false });
    assert.equal(assemble(next, built ?? []).image.root.digest, digest);
    assert.deepEqual(cache.log, []);
  });
});
