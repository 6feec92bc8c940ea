/** What gcRoots, config, annotations, files and user change in a plan, and what they leave as it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ImageUser } from "../../../provider/formats/rootfs/image-user.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import type { PlatformInput } from "../../../provider/plan/platform-input.ts";
import { planPlatform, type PlatformPlan } from "../../../provider/plan/platform-plan.ts";
import { inputOf, listingOf, pathOf, planOf } from "../../support/world/planned.ts";
import { LIX } from "../../support/image-user.ts";

function planWith(changes: Partial<PlatformInput>): PlatformPlan {
  const result = planPlatform({ ...inputOf(), ...changes }, listingOf);
  assert.ok(result.kind === "planned");
  return result.plan;
}

/** The layers that the default image does not have. */
function newLayers(plan: PlatformPlan): string[] {
  const known = new Set(planOf().layers.map((layer) => layer.key));
  return plan.layers
    .filter(({ key }) => !known.has(key))
    .map(({ contents }) => {
      if (contents.files === true) return "files";
      if (contents.baseSystem) return "base system";
      return contents.database ? "database" : contents.storePaths.map(StorePath.name).join();
    });
}

const text = (path: string, contents: string) => ({ path, tree: Tree.file(contents) });

test("each option, and each value of it, gives another plan", () => {
  const plans = [
    planOf(),
    planWith({ gcRoots: "profile" }),
    planWith({ config: { workingDir: "/x" } }),
    planWith({ config: { workingDir: "/y" } }),
    planWith({ annotations: { a: "1" } }),
    planWith({ annotations: { a: "2" } }),
    planWith({ files: [text("/x", "1")] }),
    planWith({ files: [text("/x", "2")] }),
    planWith({ files: [{ path: "/x", tree: { ...Tree.file("2"), mode: 0o600 } }] }),
    planWith({ user: LIX }),
    planWith({ user: { ...LIX, home: "/lix" } }),
    planWith({ user: ImageUser.any }),
  ];
  assert.equal(new Set(plans.map((plan) => plan.planKey)).size, plans.length);
});

test("settings and annotations change no layer", () => {
  const plan = planWith({ config: { cmd: ["x"], env: { A: "1" } }, annotations: { a: "1" } });
  assert.deepEqual(newLayers(plan), []);
  assert.deepEqual(plan.config.Cmd, ["x"]);
});

test("files are one more layer, above all others", () => {
  const plan = planWith({ files: [text("/x", "1")] });
  assert.deepEqual(newLayers(plan), ["files"]);
  assert.equal(plan.layers.at(-1)?.contents.files, true);
});

test("files have a layer of their own, even with few layers", () => {
  for (const maxLayers of [1, 2, 3, 4]) {
    const [without, with_] = [
      planWith({ maxLayers }),
      planWith({ maxLayers, files: [text("/x", "1")] }),
    ];
    assert.equal(with_.layers.length, without.layers.length + 1);
    assert.deepEqual(with_.layers.slice(0, -1), without.layers);
  }
});

for (const layering of ["docker.nix", "closure-risk"] as const)
  for (const [maxLayers, ours] of [
    [5, ["store paths", "base system", "database"]],
    [4, layering === "docker.nix" ? ["store paths", "base system", "database"] : undefined],
    [3, layering === "docker.nix" ? ["store paths, base system", "database"] : undefined],
    [2, ["store paths, base system, database"]],
    [1, ["packages, store paths, base system, database"]],
  ] as const)
    if (ours !== undefined)
      test(`with ${maxLayers} layers by ${layering}, what we generate is apart, for every user and beside files`, () => {
        for (const user of [inputOf().user, LIX, ImageUser.any])
          for (const files of [[], [text("/x", "1")]]) {
            const options = { layering, maxLayers, user, files };
            const plan = planWith(options);
            const tail: string[] = files.length === 0 ? [...ours] : [...ours, "files"];
            assert.deepEqual(plan.layers.slice(-tail.length).map(kindsIn(plan)), tail);
            // And a changed setting is a change to one of them alone.
            const changed = planWith({ ...options, nixConf: { cores: 4 } });
            const known = new Set(plan.layers.map(({ key }) => key));
            const added = changed.layers.filter(({ key }) => !known.has(key));
            assert.equal(added.length, 1);
            assert.ok(added[0]?.contents.baseSystem);
          }
      });

const kindsIn =
  ({ generated }: PlatformPlan) =>
  ({ contents }: PlatformPlan["layers"][number]): string =>
    [
      ...(contents.storePaths.some((path) => !generated.has(path)) ? ["packages"] : []),
      ...(contents.storePaths.some((path) => generated.has(path)) ? ["store paths"] : []),
      ...(contents.baseSystem ? ["base system"] : []),
      ...(contents.database ? ["database"] : []),
      ...(contents.files === true ? ["files"] : []),
    ].join(", ");

test("a store path that a file, link or setting names is in the image and has a root", () => {
  const jq = pathOf("jq");
  assert.ok(!planOf().paths.has(jq));
  for (const changes of [
    { files: [text("/x", `exec ${jq}/bin/jq`)] },
    { files: [{ path: "/x", tree: Tree.symlink(`${jq}/bin/jq`) }] },
    { config: { entrypoint: [`${jq}/bin/jq`] } },
  ]) {
    const plan = planWith({ ...changes, gcRoots: "profile" });
    assert.ok(plan.paths.has(jq));
    assert.ok(plan.gcRoots.includes(jq));
  }
});

test("gcRoots changes only the layer of the database: paths that no profile keeps have a root", () => {
  assert.deepEqual(planOf().gcRoots, [...planOf().paths.keys()]);
  const plan = planWith({ gcRoots: "profile" });
  assert.deepEqual(newLayers(plan), ["base system", "database"]);
  const roots = [pathOf("bashInteractive"), pathOf("coreutils"), pathOf("shadow")];
  assert.deepEqual(plan.gcRoots, roots.sort(StorePath.compare));
});

test("a user owns the store in every layer", () => {
  const plan = planWith({ user: LIX });
  assert.equal(newLayers(plan).length, plan.layers.length);
  assert.deepEqual(plan.storeOwner, ImageUser.owner(LIX));
});

test("the user changes neither the packages nor their layers", () => {
  for (const user of [LIX, ImageUser.any]) {
    const [plan, plain] = [planWith({ user }), planOf()];
    assert.deepEqual([...plan.paths.keys()], [...plain.paths.keys()]);
    assert.deepEqual(
      plan.layers.map(({ contents }) => contents),
      plain.layers.map(({ contents }) => contents),
    );
  }
});
