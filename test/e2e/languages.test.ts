/** The programs of examples/ in other languages, by a real engine and the plugin as its archive installs it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { PLUGIN_VERSION } from "../support/plugin-archive.ts";
import { plannedSteps, StackState } from "./fixtures/stack-state.ts";
import { needsLanguage, withExample, type Running } from "./fixtures/with-plugin.ts";

test(
  "YAML: a preview shows the digest that up pushes, and destroy keeps the image",
  needsLanguage("yaml"),
  async () => {
    await withExample("yaml", async ({ project, registry }) => {
      const planned = plannedSteps(await project.run("preview", "--json")).get("lix");
      await project.up();
      const { digest, platforms, version } = StackState.image(await project.state());
      assert.equal(planned?.newState?.inputs?.["digest"], digest);
      const { tags } = registry.store.repository("lix");
      assert.deepEqual([tags.get("latest"), tags.get(version)], [digest, digest]);

      const config = registry.store.read(platforms["linux/amd64"]?.configDigest ?? "");
      assert.match(await text(Readable.from(config)), /"PATH=\/opt\/bin:/);
      await project.up("--expect-no-changes");
      await project.destroy();
      assert.equal(tags.get("latest"), digest);
    });
  },
);

const PYTHON = {
  what: "python3 with pulumi and what its SDKs import",
  program: "python3",
  args: ["-c", "import pulumi, parver, semver"],
};

test(
  "Python: the program runs with the SDK that Pulumi makes",
  needsLanguage("python", [PYTHON]),
  async () => {
    await withExample("python", async (running) => {
      const { folder } = running.project;
      // The python3 of PATH, in place of an environment that pip fills.
      await writeFile(join(folder, "Pulumi.yaml"), "name: pulumi-lix-python\nruntime: python\n");
      await running.project.run(
        "package",
        "gen-sdk",
        "lix",
        "--language",
        "python",
        "--out",
        "sdk",
      );
      await cp(join(folder, "sdk/python/pulumi_lix"), join(folder, "pulumi_lix"), {
        recursive: true,
      });
      // By which pip says that it has installed the SDK.
      const installed = join(folder, `pulumi_lix-${PLUGIN_VERSION}.dist-info`);
      await mkdir(installed);
      const metadata = `Metadata-Version: 2.1\nName: pulumi_lix\nVersion: ${PLUGIN_VERSION}\n`;
      await writeFile(join(installed, "METADATA"), metadata);
      await assertPushed(running);
    });
  },
);

/** The version that the example asks for: nothing is downloaded by a test. */
const GO_SDK = {
  what: "go with Pulumi's SDK in its cache",
  program: "sh",
  args: ["-c", 'test -d "$(go env GOMODCACHE)/cache/download/github.com/pulumi/pulumi/sdk/v3"'],
};

test(
  "Go: the program runs with the SDK that Pulumi makes",
  needsLanguage("go", [GO_SDK]),
  async () => {
    const [GOMODCACHE, GOCACHE] = execFileSync("go", ["env", "GOMODCACHE", "GOCACHE"], {
      encoding: "utf8",
    }).split("\n");
    await withExample(
      "go",
      async (running) => {
        await running.project.run("package", "add", "lix");
        await assertPushed(running);
      },
      { GOMODCACHE, GOCACHE },
    );
  },
);

async function assertPushed({ project, registry }: Running): Promise<void> {
  await project.up();
  const { digest, version } = StackState.image(await project.state());
  const { tags } = registry.store.repository("lix");
  assert.deepEqual([tags.get("latest"), tags.get(version)], [digest, digest]);
  await project.up("--expect-no-changes");
}
