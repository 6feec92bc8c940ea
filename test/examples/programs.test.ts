/** The programs of examples/, as a user would copy them: each is run against registries of this machine. */
import assert from "node:assert/strict";
import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { decompressLayer } from "../../provider/destination/decompress-layer.ts";
import type { LixImageOutputs } from "../../sdk/outputs.ts";
import { done, recorded, stepOf, tagged } from "../protocol/fixtures/image-results.ts";
import { withHost, type Host } from "../protocol/host/host.ts";
import { startRegistry, type TestRegistry } from "../support/registry.ts";
import { REPOSITORY } from "../support/source-files.ts";
import { withSurroundings } from "../support/surroundings.ts";
import { tarFiles } from "../support/tar-files.ts";
import { makeWorld, type WorldOptions } from "../support/world.ts";
import { BASE_PACKAGES } from "../support/world/base-packages.ts";
import { COMPAT_PACKAGES } from "../support/world/compat-packages.ts";
import { EXTRA_PACKAGES } from "../support/world/extra-packages.ts";
import { imageOf, installModules } from "./cloud-modules.ts";

interface Running {
  readonly host: Host;
  readonly registry: TestRegistry;
  readonly mirror: TestRegistry;
}

test("deployment: the pods run the digest that the preview has shown", async () => {
  await withExample("deployment", async ({ host, registry }) => {
    const shown = stepOf(await done(host.preview()), "runner").newInputs;
    await done(host.up());
    const { ref, digest } = recorded(host, "ci");
    assert.equal(ref, `${registry.host}/lix-ci@${digest}`);
    assert.equal(tagged(registry, "latest", "lix-ci"), digest);
    assert.equal(imageOf(stepOf(await done(host.preview()), "runner").newInputs), ref);
    assert.equal(imageOf(shown), ref);
  });
});

test("ci-runner: the pods run as the user that the image is made for, by the digest of the preview", async () => {
  await withExample("ci-runner", async ({ host, registry }) => {
    const shown = stepOf(await done(host.preview()), "runner").newInputs;
    await done(host.up());
    const { ref, digest, platforms } = recorded(host, "runner-image");
    assert.equal(imageOf(shown), ref);
    assert.equal(tagged(registry, "latest", "ci-runner"), digest);
    const config = await configOf(registry, platforms);
    assert.deepEqual([config.User, config.WorkingDir], ["1000:1000", "/work"]);
    const names = config.Env.map((each) => each.split("=", 1).join());
    assert.ok(names.includes("CI") && !names.includes("MANPATH"), names.join());
    assert.match(JSON.stringify(shown), /"runAsNonRoot":true,"runAsUser":1000/);
  });
});

test("github-actions: the workflow runs the digest that the preview has shown, with a loader for the runner's Node", async () => {
  await withExample(
    "github-actions",
    async ({ host, registry }) => {
      const shown = stepOf(await done(host.preview()), "lix-job-image").newInputs;
      await done(host.up());
      const { ref, platforms } = recorded(host, "job");
      const { variableName, value } = shown ?? {};
      assert.equal(value, ref);
      const workflow = await readFile(join(REPOSITORY, "examples/github-actions/workflow.yaml"));
      assert.ok(workflow.includes(`image: \${{ vars.${String(variableName)} }}`));
      const { Env } = await configOf(registry, platforms);
      assert.ok(
        Env.some((each) => /^NIX_LD=.*ld-linux-x86-64/.test(each)),
        Env.join(),
      );
    },
    FOREIGN,
  );
});

test("dev-container: devcontainer.json names the image and its user", async () => {
  await withExample(
    "dev-container",
    async ({ host, registry }) => {
      await done(host.up());
      const { digest, platforms } = recorded(host, "dev");
      const file = join(REPOSITORY, "examples/dev-container/.devcontainer/devcontainer.json");
      const lines = (await readFile(file, "utf8"))
        .split("\n")
        .filter((line) => !/^ *\/\//.test(line));
      const settings = JSON.parse(lines.join("")) as { image: string; remoteUser: string };
      const [, name, tag] = /^ghcr\.io\/acme\/(\w+):(\w+)$/.exec(settings.image) ?? [];
      assert.equal(tagged(registry, tag, name), digest);
      const { Env, User } = await configOf(registry, platforms);
      assert.equal(User, "1000:1000");
      assert.ok(Env.includes(`USER=${settings.remoteUser}`));
    },
    FOREIGN,
  );
});

test("mirrors: both registries have the digest under both tags", async () => {
  await withExample("mirrors", async ({ host, registry, mirror }) => {
    await done(host.up());
    const { digest, version } = recorded(host);
    for (const each of [registry, mirror])
      for (const tag of [version, "latest"])
        assert.equal(tagged(each, tag), digest, `${each.host}: ${tag}`);
  });
});

test("ecr: the image goes to the repository that the same program makes", async () => {
  await withExample("ecr", async ({ host, registry }) => {
    // The repository is not there yet, and the digest does not depend on it.
    const shown = stepOf(await done(host.preview()), "lix").newInputs;
    await done(host.up());
    const { digest } = recorded(host);
    assert.equal(shown?.["digest"], digest);
    assert.equal(tagged(registry, "latest", "images"), digest);
  });
});

test("multi-arch: one reference, and a manifest for each architecture", async () => {
  const world = { systems: ["x86_64-linux", "aarch64-linux"] } as const;
  await withExample(
    "multi-arch",
    async ({ host, registry }) => {
      await done(host.up());
      const { digest, platforms } = recorded(host);
      assert.deepEqual(Object.keys(platforms), ["linux/amd64", "linux/arm64"]);
      assert.equal(tagged(registry), digest);
    },
    world,
  );
});

for (const [name, more, substituters] of [
  ["both caches", {}, ["extra-substituters = https://cache.corp.example"]],
  [
    "in an air-gapped network, the one cache and no registry to download",
    { airGapped: "true" },
    ["flake-registry = ", "substituters = https://cache.corp.example"],
  ],
] as const)
  test(`private-cache: nix.conf has flakes, both keys and ${name}`, () =>
    withExample("private-cache", (running) => checkNixConf(running, substituters), {}, more));

async function checkNixConf({ host, registry }: Running, substituters: readonly string[]) {
  const { logs } = await done(host.up());
  assert.doesNotMatch(logs.join("\n"), /nixConf/, "no warning");
  const layers = recorded(host).layers ?? [];
  const files = await Promise.all(
    layers.map(async ({ digest, mediaType }) => {
      const blob = Readable.from(registry.store.read(digest));
      return tarFiles(decompressLayer(blob, mediaType, digest));
    }),
  );
  const nixConf = files.flatMap((each) => each.get("/etc/nix/nix.conf")?.toString() ?? []);
  const lines = [
    "build-users-group = nixbld",
    "experimental-features = nix-command flakes",
    ...substituters,
    "sandbox = true",
    "sandbox-fallback = true",
    "trusted-public-keys = cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY= corp-1:key",
  ];
  assert.deepEqual(nixConf.join("").trimEnd().split("\n"), lines.sort());
}

test("each has ten to forty lines and a row in the index, and a package.json names what it imports", async () => {
  const entries = await readdir(join(REPOSITORY, "examples"), { withFileTypes: true });
  const names = entries.filter((each) => each.isDirectory() && each.name !== "start");
  const index = await readFile(join(REPOSITORY, "examples/README.md"), "utf8");
  for (const { name } of names) {
    const file = OTHER_LANGUAGES.get(name) ?? "index.ts";
    assert.ok(index.includes(`| [${name}](${name}/${file}) `), `examples/README.md lacks ${name}`);
    const folder = join(REPOSITORY, "examples", name);
    const program = await readFile(join(folder, file), "utf8");
    const lines = program.split("\n").length - 1;
    assert.ok(lines >= 10 && lines <= 40, `${name}: ${lines} lines`);
    if (OTHER_LANGUAGES.has(name)) continue;
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    // Which every program needs, and pulumi-lix asks for as a peer.
    const imported = new Set(["@pulumi/pulumi"]);
    for (const [, module = ""] of program.matchAll(/ from "([^"]+)"/g)) imported.add(module);
    assert.deepEqual([...imported].sort(), Object.keys(manifest.dependencies).sort(), name);
  }
});

/** Their programs, which test/e2e/languages.test.ts runs. */
const OTHER_LANGUAGES: ReadonlyMap<string, string> = new Map([
  ["yaml", "Pulumi.yaml"],
  ["python", "__main__.py"],
  ["go", "main.go"],
]);

const FOREIGN: WorldOptions = {
  recipes: [...BASE_PACKAGES, ...EXTRA_PACKAGES, ...COMPAT_PACKAGES],
};

async function configOf(
  { store }: TestRegistry,
  platforms: LixImageOutputs["platforms"],
): Promise<{ readonly User: string; readonly WorkingDir: string; readonly Env: string[] }> {
  const blob = store.read(platforms["linux/amd64"]?.configDigest ?? "");
  const { config } = JSON.parse(await text(Readable.from(blob))) as {
    readonly config: Awaited<ReturnType<typeof configOf>>;
  };
  return config;
}

/** Lends the example's program in a folder of its own, with a lock, two registries and an engine. */
async function withExample(
  name: string,
  use: (running: Running) => Promise<void>,
  world: WorldOptions = {},
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const registry = await startRegistry();
  const mirror = await startRegistry();
  try {
    await withTempDir(async (folder) => {
      await cp(join(REPOSITORY, "examples", name), folder, { recursive: true });
      await installModules(folder);
      await makeWorld(folder, world);
      await withSurroundings(async ({ env }) => {
        const project = `pulumi-lix-${name}`;
        const config = {
          plain: {
            [`${project}:registry`]: registry.host,
            [`${project}:repository`]: "infra",
            [`${project}:cache`]: "https://cache.corp.example",
            [`${project}:cacheKey`]: "corp-1:key",
            ...Object.fromEntries(
              Object.entries(more).map(([key, value]) => [`${project}:${key}`, value]),
            ),
            [`${project}:mirrors`]: JSON.stringify([`${mirror.host}/lix`]),
          },
        };
        const own = { REGISTRY: registry.host };
        await withHost({ program: folder, project, config, env: { ...env, ...own } }, (host) =>
          use({ host, registry, mirror }),
        );
      });
    });
  } finally {
    await registry.close();
    await mirror.close();
  }
}
