/** What README.md shows is what happens. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { readLock } from "../../provider/lock/read-lock.ts";
import { NO_ENGINE } from "../e2e/fixtures/engine.ts";
import { ONE_IMAGE, withStack } from "../e2e/fixtures/with-stack.ts";
import { imageOf, installModules, KUBERNETES_TYPES } from "../examples/cloud-modules.ts";
import { done, recorded, stepOf, tagged } from "../protocol/fixtures/image-results.ts";
import { withHost } from "../protocol/host/host.ts";
import { runCli } from "../support/cli.ts";
import { withLocking } from "../support/locking.ts";
import { codeBlocks } from "../support/markdown.ts";
import { startRegistry, type TestRegistry } from "../support/registry.ts";
import { REPOSITORY } from "../support/source-files.ts";
import { withSurroundings, type Surroundings } from "../support/surroundings.ts";
import { typeErrors } from "../support/type-check.ts";
import { makeWorld } from "../support/world.ts";

const read = (file: string): string => readFileSync(join(REPOSITORY, file), "utf8");
const README = { file: "README.md", text: read("README.md") };
const blocks = codeBlocks(README);
const PROGRAM = blocks.find(({ language }) => language === "ts")?.code ?? "";
/** The one command in a code block that has this form. */
const commandOf = (form: RegExp): string => {
  const [found] = blocks.flatMap(({ code }) => form.exec(code)?.[0] ?? []);
  return found ?? assert.fail(`README.md has no ${String(form)}`);
};

test("README.md has fewer than 200 lines", () => {
  assert.ok(README.text.split("\n").length < 200);
});

test("its first commands are start and test", () => {
  const commands = blocks
    .find(({ language }) => language === "sh")
    ?.code.trim()
    .split("\n");
  assert.deepEqual(
    commands?.map((line) => line.replace(/\s+#.*/, "")),
    ["npm ci && npm start", "npm ci && npm test"],
  );
});

test("it installs the file that npm pack makes", () => {
  const { name, version } = JSON.parse(read("package.json")) as Record<"name" | "version", string>;
  assert.ok(README.text.includes(`/${name}-${version}.tgz @pulumi/pulumi `));
});

test("its command for a lock makes one", async () => {
  const argv = commandOf(/^npx lix-image lock .*/m)
    .split(" ")
    .slice(3);
  assert.deepEqual(argv.slice(0, 2), ["--channel", "nixos-unstable"]);
  await withLocking(async ({ lock, options, lockFile }) => {
    // All but the channel, which here is a server of this machine.
    assert.equal((await lock(...options, ...argv.slice(2))).code, 0);
    const { lock: made } = await readLock(lockFile);
    assert.ok(made.systems.get("x86_64-linux")?.packages.has("jq"));
  });
});

test("its program has no type error, and with a misspelt argument it has one", () => {
  assert.deepEqual(typeErrors(PROGRAM, KUBERNETES_TYPES), []);
  const misspelt = PROGRAM.replace("registry:", "registri:");
  const [error] = typeErrors(misspelt, KUBERNETES_TYPES);
  assert.match(error ?? "", /'registri' does not exist in type 'LixImageArgs'/);
});

test("its program, as JavaScript, deploys the digest that the preview shows", async () => {
  await withProgram(async ({ folder, env, registry }) => {
    await withHost({ program: folder, env }, async (host) => {
      const shown = stepOf(await done(host.preview()), "runner").newInputs;
      await done(host.up());
      const { ref, digest, version } = recorded(host, "ci");
      assert.equal(ref, `${registry.host}/acme/lix-ci@${digest}`);
      assert.equal(tagged(registry, version, "acme/lix-ci"), digest);
      assert.equal(imageOf(shown), ref);
    });
  });
});

test("its workflow fails when the tag has moved, and only then", NO_ENGINE, async () => {
  const drift = commandOf(/(?<=run: )pulumi preview .*/)
    .split(" ")
    .slice(1);
  await withStack(ONE_IMAGE, async (stack) => {
    await stack.up();
    await stack.run(...drift);
    stack.registry.store.repository("lix").tags.delete("latest");
    assert.match(await stack.refuse(...drift), /no changes were expected/);
  });
});

test("the digests it shows are those of the quickstart", async () => {
  const story = blocks.find(({ code }) => code.startsWith("1. pulumi up"))?.code ?? "";
  const [first, second] = /sha256:(\w{12})… → sha256:(\w{12})…/.exec(story)?.slice(1) ?? [];
  await withTempDir(async (directory) => {
    const digestOf = async (args: Readonly<Record<string, unknown>>): Promise<string> => {
      const lock = join(REPOSITORY, "examples/quickstart/lix-image.lock.json");
      await writeFile(join(directory, "args.json"), JSON.stringify({ lock, ...args }));
      const ran = await runCli(["build", "args.json", "--oci", "image", "--json"], {
        cache: join(directory, "cache"),
        directory,
      });
      assert.equal(ran.code, 0, ran.stderr);
      return (JSON.parse(ran.stdout) as { digest: string }).digest;
    };
    const digest = await digestOf({});
    assert.equal(digest.slice(7, 19), first);
    assert.ok(story.includes(`/lix@${digest}\n`));
    assert.equal((await digestOf({ nixConf: { cores: 4 } })).slice(7, 19), second);
  });
});

test("it counts the deviations right", () => {
  const rows = read("docs/decisions/0001-deviations.md").match(/^\|.*\|$/gm) ?? [];
  // The table's head and the line below it are none.
  const word = ["seven", "eight", "nine", "ten", "eleven", "twelve"][rows.length - 2 - 7];
  assert.ok(README.text.includes(`[${word} deviations](docs/decisions/0001-deviations.md)`));
});

interface Running {
  readonly folder: string;
  readonly env: Surroundings["env"];
  readonly registry: TestRegistry;
}

/** Lends a folder with the program as index.js, a lock, and a registry in place of ghcr.io. */
async function withProgram(use: (running: Running) => Promise<void>): Promise<void> {
  const registry = await startRegistry();
  try {
    await withSurroundings(async ({ env }) => {
      await withTempDir(async (folder) => {
        await installModules(folder);
        await makeWorld(folder);
        await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
        await writeFile(join(folder, "index.js"), PROGRAM.replace("ghcr.io", registry.host));
        await use({ folder, env, registry });
      });
    });
  } finally {
    await registry.close();
  }
}
