/** Inline programs of Pulumi's Automation API: where the engine looks for this package. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { findEngine } from "../../examples/start/find-engine.ts";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { withStack, type Stack } from "./fixtures/with-stack.ts";

/** Takes the settings of its project, or "" for none, and the commands that it runs. */
const INLINE = `
import { rm } from "node:fs/promises";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { LixImage } from "pulumi-lix";
import { SemVer } from "semver";

const [project, ...commands] = process.argv.slice(2);
const pulumiCommand = await PulumiCommand.get({ skipVersionCheck: true });
// An engine that was built from source has no version.
pulumiCommand.version ??= new SemVer("3.250.0");
const program = async () => ({
  ref: new LixImage("lix", { registry: process.env.REGISTRY, lock: process.env.LOCK }).ref,
});
const projectSettings = project === "" ? {} : { projectSettings: JSON.parse(project) };
const stack = await LocalWorkspace.createOrSelectStack(
  { stackName: "inline", projectName: "inline", program },
  { pulumiCommand, ...projectSettings },
);
try {
  for (const command of commands) {
    const { stdout } = await stack[command]();
    console.log(command, stdout);
  }
} catch (error) {
  // Pulumi catches what nobody else does, and the process would end with 0.
  console.error(error);
  process.exitCode = 1;
} finally {
  // Pulumi leaves it.
  await rm(stack.workspace.workDir, { recursive: true });
}
`;
const PROJECT = { name: "inline", runtime: "nodejs" };

/** The program's process, started in a folder. */
async function run(
  { folder, env, world }: Stack,
  { cwd, project }: { readonly cwd: string; readonly project: object | undefined },
  ...commands: readonly string[]
): Promise<{ readonly code: number | null; readonly text: string }> {
  const settings = project === undefined ? "" : JSON.stringify(project);
  const PATH = [dirname(findEngine() ?? ""), dirname(process.execPath), process.env["PATH"]];
  const child = spawn(process.execPath, [join(folder, "inline.mjs"), settings, ...commands], {
    cwd,
    env: {
      ...process.env,
      NODE_TEST_CONTEXT: undefined,
      PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      LOCK: world.lockFile,
      ...env,
      PATH: PATH.join(delimiter),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const [ended, ...output] = await Promise.all([code, text(child.stdout), text(child.stderr)]);
  return { code: ended, text: output.join("") };
}

test(
  "an inline program runs where it is started, or where the main of its settings says",
  NO_ENGINE,
  () =>
    withStack("", async (stack) => {
      await writeFile(join(stack.folder, "inline.mjs"), INLINE);
      const elsewhere = join(stack.folder, "..", "elsewhere");
      await mkdir(elsewhere);

      const here = { cwd: stack.folder, project: undefined };
      const up = await run(stack, here, "preview", "up");
      assert.equal(up.code, 0, up.text);
      assert.ok(stack.tagged() !== undefined);

      const main = { cwd: elsewhere, project: { ...PROJECT, main: stack.folder } };
      const rest = await run(stack, main, "preview", "refresh", "up", "destroy");
      assert.equal(rest.code, 0, rest.text);
      assert.match(rest.text, /^up [^]*2 unchanged[^]*^destroy [^]*2 deleted/m);
    }),
);

test("without a main the engine looks in a temporary folder, and finds nothing", NO_ENGINE, () =>
  withStack("", async (stack) => {
    await writeFile(join(stack.folder, "inline.mjs"), INLINE);
    const { code, text: said } = await run(
      stack,
      { cwd: stack.folder, project: PROJECT },
      "preview",
    );
    assert.notEqual(code, 0);
    assert.match(said, /Cannot find module '@pulumi\/pulumi\/cmd\/dynamic-provider'/);
    assert.equal(stack.registry.log.length, 0);
  }),
);
