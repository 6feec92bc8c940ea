/** What a change of arguments changes in the image, and what it leaves as it was. @module */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Session } from "../../../provider/app/session.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import type { LixImageInputs } from "../../../sdk/args.ts";
import { buildImage, type BuiltImage } from "../../support/built-image.ts";
import { makeWorld, type World } from "../../support/world.ts";

describe("the image", () => {
  let folder = "";
  let world: World;
  let session: Session;
  let plain: BuiltImage;
  const build = (args: LixImageInputs, into: Session = session): Promise<BuiltImage> =>
    buildImage(into, { lock: world.lockFile, ...args });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lix-image-"));
    world = await makeWorld(folder);
    session = new Session(join(folder, "cache"));
    plain = await build({});
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** The layers that `image` has and the plain one has not, and the other way round, by what they hold. */
  const changes = (
    image: BuiltImage,
  ): { readonly added: string[]; readonly removed: string[] } => ({
    added: beyond(image, plain),
    removed: beyond(plain, image),
  });

  test("holds the same files in however few layers they must go", async () => {
    const files = await plain.files();
    const groups = plain.layers.findIndex((layer) => layer.contents.storePaths.length === 1);
    const rest = plain.layers.length - groups;
    for (const maxLayers of [1, 2, 3, 7, rest - 1, rest, rest + 1, 127]) {
      const image = await build({ maxLayers });
      assert.equal(image.layers.length, groups + Math.min(maxLayers, rest));
      assert.deepEqual(await image.files(), files, `maxLayers: ${maxLayers}`);
      // Of the layers after the groups, three are ours and one holds the rest of the packages.
      const kept = groups + (maxLayers < rest ? Math.max(0, maxLayers - 4) : rest);
      const expected = maxLayers < rest ? plain.layers.filter(hasPackages) : plain.layers;
      assert.deepEqual(
        diffIds(image).slice(0, kept),
        expected.slice(0, kept).map(({ identity }) => identity.diffId),
      );
    }
  });

  test("holds the same files under either layering", async () => {
    const files = await plain.files();
    for (const maxLayers of [1, 4, 12]) {
      const image = await build({ layering: "closure-risk", maxLayers });
      assert.ok(image.layers.length <= maxLayers);
      assert.deepEqual(await image.files(), files, `maxLayers: ${maxLayers}`);
    }
  });

  test("a changed setting changes one layer without packages, however few layers there are", async () => {
    for (const maxLayers of [2, 3, 4, 9]) {
      const before = await build({ maxLayers });
      const after = await build({ maxLayers, nixConf: { cores: 4 } });
      const changed = after.layers.filter(({ key }) => !before.layers.some((b) => b.key === key));
      assert.equal(changed.length, 1, `maxLayers: ${maxLayers}`);
      assert.ok(!changed.some(hasPackages), `maxLayers: ${maxLayers}`);
    }
  });

  test("changes one layer when only a text of the base system changes", async () => {
    const settings: readonly LixImageInputs[] = [
      { nixConf: { cores: 4, "extra-x": ["a", true, -1], empty: [] } },
      { nixConf: { sandbox: true } },
      { channelName: "a $HOME `b` \"c\" 'd'" },
      { channelUrl: "https://channels.example/x?y=1&z=2" },
    ];
    for (const args of settings)
      assert.deepEqual(changes(await build(args)), { added: ["base"], removed: ["base"] });
  });

  test("changes no layer for its labels and its name", async () => {
    const image = await build({ lixRevision: "0123abc", name: "Other", tag: "v{version}" });
    assert.deepEqual(diffIds(image), diffIds(plain));
    assert.notEqual(image.digest, plain.digest);
    assert.equal((await build({ name: "Other", tag: "v{version}" })).digest, plain.digest);
  });

  test("changes no diffId for its compression", async () => {
    for (const compression of ["zstd", { algorithm: "gzip", level: 9 }] as const) {
      const image = await build({ compression });
      assert.deepEqual(diffIds(image), diffIds(plain));
      assert.notEqual(image.digest, plain.digest);
    }
    assert.equal((await build({ compression: "gzip" })).digest, plain.digest);
  });

  test("changes with a package the layers of its new paths, profile, base and database", async () => {
    for (const [extraPkgs, news] of [
      [["tree"], ["tree-2.1.1"]],
      [["jq"], ["jq-1.7.1-bin", "jq-1.7.1", "jq-1.7.1-man"]],
      [["curl.dev"], ["curl-8.9.1-dev"]],
      [["cacert.unbundled"], ["nss-cacert-3.104-unbundled"]],
      [["bind.dnsutils"], ["bind-9.20.3-dnsutils"]],
      [["propagator"], ["propagator-1.0", "tree-2.1.1", "jq-1.7.1-bin", "jq-1.7.1"]],
      [["oddnames"], ["oddnames-1.0"]],
      [[world.path("jq.doc")], ["jq-1.7.1-doc"]],
      // Nothing new, but other entries in manifest.nix.
      [["bashInteractive.out"], []],
      [["which", "which"], []],
    ] as const) {
      const { added, removed } = changes(await build({ extraPkgs: [...extraPkgs] }));
      const profile = added.includes("user-environment") ? ["user-environment"] : [];
      const moved = ["base", "database", "manifest.nix", ...profile];
      assert.deepEqual(added.sort(), [...news, ...moved].sort(), extraPkgs.join());
      assert.deepEqual(removed.sort(), moved, extraPkgs.join());
    }
  });

  test("changes without nixpkgs the channel, base and database", async () => {
    assert.deepEqual(changes(await build({ bundleNixpkgs: false })), {
      added: ["channel-nixpkgs", "base", "database"],
      removed: ["channel-nixpkgs source", "base", "database"],
    });
  });

  test("gains with a flake registry one path and its root", async () => {
    const registry = join(folder, "registry");
    await mkdir(registry);
    await writeFile(join(registry, "flake-registry.json"), "{}");
    const image = await build({ flakeRegistry: registry });
    assert.deepEqual(changes(image), {
      added: ["registry", "base", "database"],
      removed: ["base", "database"],
    });
    const link = "/root/.cache/nix/flake-registry.json";
    const files = await image.files();
    const target = files.get(link)?.split(" ").at(-1) ?? "";
    assert.equal(files.get(target)?.split(" ")[0], "file");
    const root = "/nix/var/nix/gcroots/auto/2m8wm8j83xbdp2b6wmrgd0bgy8qd4r75";
    assert.match(files.get(root) ?? "", new RegExp(`^symlink .* ${link}$`));
  });

  test("is the same whatever was built before it", async () => {
    const args: LixImageInputs = { extraPkgs: ["jq", "oddnames"], maxLayers: 9 };
    const { digest } = await build(args);
    assert.equal((await build(args, new Session(join(folder, "other")))).digest, digest);
  });
});

const OURS: readonly string[] = ["manifest.nix", "user-environment"];
const hasPackages = ({ contents }: BuiltImage["layers"][number]): boolean =>
  contents.storePaths.some((path) => !OURS.includes(StorePath.name(path)));
const diffIds = (image: BuiltImage): string[] => image.layers.map((layer) => layer.identity.diffId);

/** Names of what is in the layers that only the first image has. */
function beyond(image: BuiltImage, other: BuiltImage): string[] {
  const there = new Set(diffIds(other));
  return image.layers
    .filter((layer) => !there.has(layer.identity.diffId))
    .map(({ contents }) =>
      [
        ...contents.storePaths.map(StorePath.name).sort(),
        ...(contents.baseSystem ? ["base"] : []),
        ...(contents.database ? ["database"] : []),
      ].join(" "),
    );
}
