/** The spellings that docs/pulumi-users.md calls no change: check and diff find none. */
import assert from "node:assert/strict";
import { readFile, rename, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { diff } from "../../support/compare.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { parseLock } from "../../../provider/lock/read-lock.ts";
import { formatLock } from "../../../provider/lock/write-lock.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";

/** The form in the state: text. */
async function checked(
  session: ResourceSession,
  args: PropertyMap,
  olds: PropertyMap = {},
): Promise<PropertyMap> {
  const { inputs, failures } = await check(session, olds, { __provider: "text", ...args });
  assert.deepEqual(failures, []);
  return JSON.parse(JSON.stringify(inputs)) as PropertyMap;
}

const SYSTEMS = ["x86_64-linux", "aarch64-linux"] as const;

/** What one argument may be in other words; those of one list are all the same. */
function spellings({ folder, registry, world }: Workshop): readonly (readonly PropertyMap[])[] {
  const { host } = registry;
  const flakeRegistry = join(folder, "registry.json");
  const path = join(folder, "out.tar");
  const layout = { type: "oci-layout", path: join(folder, "layout") };
  const near = (file: string): string => relative(process.cwd(), file);
  return [
    [
      { registry: `${host}/acme`, name: "Tools" },
      { registry: `${host}/acme/`, name: "tools" },
      { registry: `http://${host}/acme`, name: "TOOLS" },
      { repository: `${host}/acme/tools` },
    ],
    [
      { tag: "{version}", extraTags: ["stable", "{major}"] },
      { tag: "{version}", extraTags: ["2.91", "stable", "stable", "2.91.1"] },
      { tag: "stable", extraTags: ["2.91.1", "2.91"] },
    ],
    [
      { nixConf: { cores: 4, "max-jobs": [1, "2"], sandbox: false } },
      { nixConf: { sandbox: "false", "max-jobs": "1 2", cores: "4" } },
      { nixConf: { "max-jobs": ["1", 2], cores: [4], "build-users-group": "nixbld" } },
    ],
    [{}, { compression: "gzip" }, { compression: { level: 4, algorithm: "gzip" } }],
    [{ systems: SYSTEMS }, { systems: SYSTEMS.toReversed() }],
    [{ lock: world.lockFile }, { lock: near(world.lockFile) }],
    [{ flakeRegistry }, { flakeRegistry: near(flakeRegistry) }],
    [{ maxLayers: 90 }, { maxLayers: 91 }, { maxLayers: 100 }, {}],
    [{ mirrors: ["b.example/lix"] }, { mirrors: ["https://b.example/lix"] }],
    [
      { archives: [{ type: "oci-layout", path }, layout] },
      { archives: [layout, { path: near(path), hydraBuildProducts: false, type: "oci-layout" }] },
      {
        archives: [
          { ...layout, path: `${layout.path}/` },
          { type: "oci-layout", path },
        ],
      },
    ],
    [{}, { layering: "docker.nix" }],
    [{}, { previewDigests: false }, { previewDigests: true }],
    [{}, defaults()],
  ];
}

/** Those that none of the others sets, written out. */
const defaults = (): PropertyMap => {
  const { bundleNixpkgs, channelName, channelUrl, deleteFromRegistry, verifyBlobs, extraPkgs } =
    LixImageInputs.parse({});
  return { bundleNixpkgs, channelName, channelUrl, deleteFromRegistry, verifyBlobs, extraPkgs };
};

const shuffled = (args: PropertyMap): fc.Arbitrary<PropertyMap> =>
  fc
    .shuffledSubarray(Object.keys(args), { minLength: Object.keys(args).length })
    .map((names) => Object.fromEntries(names.map((name) => [name, args[name]])));

test("the same arguments in other words are no change", async () => {
  await withWorkshop({ world: { systems: SYSTEMS } }, async (workshop) => {
    await writeFile(join(workshop.folder, "registry.json"), "{}");
    const session = new ResourceSession(workshop.cache);
    const all = spellings(workshop);
    const olds = await checked(session, Object.assign({}, ...all.map(([first]) => first)));
    const anyWords = fc
      .tuple(...all.map((each) => fc.constantFrom(...each)))
      .chain((each) => shuffled(Object.assign({}, ...each)));
    // Each on its own, then all kinds of them together.
    const each = all.flatMap((some, at) =>
      some.map((one) => Object.assign({}, ...all.map(([first], i) => (i === at ? one : first)))),
    );
    for (const args of each) {
      const news = await checked(session, args, olds);
      assert.deepEqual(diff(olds, news).changes, false, JSON.stringify(args));
      assert.equal(news["digest"], olds["digest"]);
    }
    await fc.assert(
      fc.asyncProperty(anyWords, async (args) => {
        const news = await checked(session, args, olds);
        assert.equal(diff(olds, news).changes, false);
      }),
      { numRuns: 30 },
    );
  });
});

test("what does count is a change", async () => {
  await withWorkshop({}, async ({ cache, world, registry }) => {
    const session = new ResourceSession(cache);
    const usual: PropertyMap = {
      lock: world.lockFile,
      registry: `${registry.host}/acme`,
      extraPkgs: ["jq", "tree"],
      mirrors: ["a.example/lix", "b.example/lix"],
      nixConf: { substituters: ["a", "b"] },
    };
    const olds = await checked(session, usual);
    let count = 0;
    for (const args of [
      { extraPkgs: ["tree", "jq"] },
      { extraPkgs: ["jq", "tree", "jq"] },
      { mirrors: ["b.example/lix", "a.example/lix"] },
      { mirrors: ["a.example/lix", "http://b.example/lix"] },
      { nixConf: { substituters: ["b", "a"] } },
      { nixConf: { substituters: ["a", "b"], sandbox: true } },
      { compression: { algorithm: "gzip", level: 5 } },
      { maxLayers: 3 },
      { layering: "closure-risk" },
      { verifyBlobs: true },
      { deleteFromRegistry: true },
      { archives: [{ type: "oci-layout", path: "out" }] },
    ]) {
      // In one operation a tag is of one image only.
      const tag = `change-${(count += 1)}`;
      const { taggedRefs } = olds;
      const news = { ...(await checked(session, { ...usual, ...args, tag }, olds)), taggedRefs };
      assert.equal(diff(olds, news).changes, true, JSON.stringify(args));
      assert.deepEqual(diff(olds, news).replaces, []);
    }
  });
});

test("only what the image contains of a lock counts, not the lock's path or other contents", async () => {
  await withWorkshop({}, async ({ cache, folder, world, registry }) => {
    const session = new ResourceSession(cache);
    const args = { lock: world.lockFile, registry: `${registry.host}/acme` };
    const olds = await checked(session, args);
    const assertSame = async (lock: string): Promise<void> => {
      const news = await checked(session, { ...args, lock }, olds);
      assert.equal(diff(olds, news).changes, false);
    };

    const moved = join(folder, "moved.json");
    await rename(world.lockFile, moved);
    await assertSame(moved);
    const linked = join(folder, "linked.json");
    await symlink(moved, linked);
    await assertSame(linked);

    const lock = parseLock(await readFile(moved, "utf8"), moved);
    const systems = new Map(
      [...lock.systems].map(([name, system]) => {
        const tree = system.packages.get("tree") ?? assert.fail();
        const packages = new Map([...system.packages, ["unused", tree]]);
        return [name, { ...system, packages }];
      }),
    );
    const caches = [{ ...(lock.caches[0] ?? assert.fail()), url: "https://other.example" }];
    await writeFile(moved, formatLock({ ...lock, systems, caches }));
    await assertSame(moved);
  });
});
