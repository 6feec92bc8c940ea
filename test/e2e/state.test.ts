/** What is in the state, and what is not. */
import assert from "node:assert/strict";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { goldenStacks, NAMED_IMAGES } from "../protocol/fixtures/golden-stack.ts";
import { upgradePackage } from "./fixtures/installed-packages.ts";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { ONE_IMAGE, withStack } from "./fixtures/with-stack.ts";

const PASSWORD = "hunter2-in-plain-text";
const auth = { kind: "bearer", users: { ci: PASSWORD } } as const;

test("no credentials are in the state, and rotated ones are used at once", NO_ENGINE, async () => {
  await withStack(
    ONE_IMAGE,
    async (stack) => {
      const login = async (password: string): Promise<void> => {
        const folder = join(stack.folder, "docker");
        await mkdir(folder, { recursive: true });
        const auths = { [stack.registry.host]: { auth: btoa(`ci:${password}`) } };
        await writeFile(join(folder, "config.json"), JSON.stringify({ auths }));
        stack.env = { ...stack.env, DOCKER_CONFIG: folder };
      };
      await login(PASSWORD);
      const { text } = await stack.up();
      const exported = (await stack.run("stack", "export", "--show-secrets")).stdout;
      for (const secret of [PASSWORD, btoa(`ci:${PASSWORD}`), "Bearer"])
        assert.ok(!exported.includes(secret) && !text.includes(secret), secret);

      await login("wrong");
      stack.registry.expireTokens();
      assert.match(await stack.refuse("refresh", "--yes", "--skip-preview"), /denied/);
      await login(PASSWORD);
      await stack.refresh();
    },
    { auth },
  );
});

test(
  "a secret argument stays one in state, what follows from it is plain, and that is warned about",
  NO_ENGINE,
  async () => {
    await withStack(SECRET_ARGUMENTS, async (stack) => {
      const { text } = await stack.up();
      const warning =
        "secret in tag, lixRevision, nixConf: it will be readable in the image or its outputs";
      assert.ok(text.includes(warning), text);
      const { stdout } = await stack.run("stack", "export");
      assert.ok(!stdout.includes("in-nix-conf"), "only an argument has it");
      const { outputs = {} } = (await stack.state()).get("lix") ?? {};
      for (const name of ["tag", "lixRevision"])
        assert.ok(Object(outputs[name])["ciphertext"], name);
      assert.equal(outputs["revision"], "in-lix-revision");
      assert.match(String(outputs["taggedRefs"]), /:in-tag$/);
    });
  },
);

const SECRET_ARGUMENTS = `
new LixImage("lix", {
  registry,
  tag: pulumi.secret("in-tag"),
  lixRevision: pulumi.secret("in-lix-revision"),
  nixConf: { "access-tokens": pulumi.secret("in-nix-conf") },
});
`;

test("another release of the package changes no resource", NO_ENGINE, async () => {
  await withStack(ONE_IMAGE, async (stack) => {
    await stack.up();
    const before = await stack.state();
    await upgradePackage(stack.folder, "0.2.0");
    await stack.up("--expect-no-changes");
    await stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    assert.deepEqual(await stack.state(), before);
  });
});

test("a stack in any earlier format shows no change", NO_ENGINE, async () => {
  for (const golden of goldenStacks())
    await withStack(NAMED_IMAGES, async (stack) => {
      await copyFile(golden.lockFile, stack.world.lockFile);
      const file = join(stack.folder, "exported.json");
      await writeFile(file, golden.deployment(stack.registry.host));
      await stack.run("stack", "import", "--file", file);
      stack.give(golden.args);
      await stack.up("--expect-no-changes");
      assert.deepEqual(stack.registry.log, []);
    });
});
