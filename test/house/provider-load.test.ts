/** What the engine's entry loads: most operations find nothing changed, and then loading is most of their time. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { startProgram } from "../support/run-program.ts";
import { REPOSITORY } from "../support/source-files.ts";
import { withWorkshop } from "../support/workshop.ts";

/** Reads the arguments and the state, runs check and diff, and prints the state and the URLs of what it loaded. */
const PROGRAM = `
  import { readFileSync } from "node:fs";
  import { registerHooks } from "node:module";
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  const { args, inputs } = JSON.parse(readFileSync(process.argv[1], "utf8"));
  const { check, diff } = await import("pulumi-lix/provider");
  const answer = await check(inputs, args);
  const { changes } = await diff("", { ...inputs, drift: [] }, answer.inputs);
  console.log(JSON.stringify({ inputs: answer.inputs, changes, loaded }));
`;

interface Operation {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly changes: boolean;
  readonly loaded: readonly string[];
}

async function operate(folder: string, args: object, inputs: object): Promise<Operation> {
  const file = join(folder, "operation.json");
  await writeFile(file, JSON.stringify({ args, inputs }));
  const command = ["--input-type=module", "--eval", PROGRAM, file];
  const env = { ...process.env, LIX_IMAGE_CACHE: join(folder, "local-cache") };
  const program = startProgram(process.execPath, command, { cwd: REPOSITORY, env });
  const { stdout, stderr } = await program.ended;
  assert.equal(stderr, "");
  const operation = JSON.parse(stdout) as Operation;
  return { ...operation, loaded: operation.loaded.flatMap((url) => [url, ...joinedIn(url)]) };
}

/** The modules that the build has joined in a file. */
function joinedIn(url: string): string[] {
  const map = `${url}.map`;
  if (!map.includes("/dist/provider/") || !existsSync(new URL(map))) return [];
  const { sources } = JSON.parse(readFileSync(new URL(map), "utf8")) as { sources: string[] };
  return sources.map((source) => new URL(source.replace(/\.ts$/, ".js"), map).href);
}

const HEAVY =
  /\/provider\/(?:registry|destination|http|login|formats\/tar)\/|\/substituter\/chain\.js$|\/sql\.js\/|^node:https?$/;

test("an operation that finds nothing changed loads no client, decoder or database", () =>
  withTempDir(async (folder) => {
    const { loaded } = await operate(folder, {}, {});
    assert.ok(loaded.some((url) => url.endsWith("/provider/pulumi/check.js")));
    assert.deepEqual(
      loaded.filter((url) => HEAVY.test(url)),
      [],
    );
  }));

test("an operation on an unchanged image loads no schema and no plan, on any machine", () =>
  withWorkshop({}, async ({ folder, world }) => {
    const args = { lock: world.lockFile, registry: "registry.example/acme", __provider: "" };
    const { inputs, loaded } = await operate(folder, args, {});
    assert.ok(loaded.some((url) => url.endsWith("/provider/pulumi/check.js")));
    const elsewhere = join(folder, "elsewhere");
    await mkdir(elsewhere);
    const again = await operate(elsewhere, args, inputs);
    assert.deepEqual([again.inputs, again.changes], [inputs, false]);
    // In a state of another version is another key, and this machine remembers that nothing has changed.
    const earlier = { ...inputs, __unchanged: "0".repeat(64) };
    await operate(folder, args, earlier);
    const third = await operate(folder, args, earlier);
    assert.deepEqual([third.inputs, third.changes], [earlier, false]);
    const LARGE =
      /\/zod\/|\/provider\/(?:arguments|app|lock)\/|\/(?:platform-plan|layer-cache)\.js$/;
    for (const quick of [again, third])
      assert.deepEqual(
        quick.loaded.filter((url) => LARGE.test(url)),
        [],
      );
  }));

test("a thread that packs layers loads one file, without client, schema or database", () => {
  const worker = pathToFileURL(join(REPOSITORY, "dist/provider/image/layer-worker.js"));
  const modules = joinedIn(worker.href);
  assert.ok(modules.some((url) => url.endsWith("/provider/formats/nix/nar-reader.js")));
  assert.deepEqual(
    modules.filter((url) => HEAVY.test(url) && !url.includes("/formats/tar/")),
    [],
  );
  assert.doesNotMatch(readFileSync(worker, "utf8"), /from "(?:\.|node:http|zod)/);
});
