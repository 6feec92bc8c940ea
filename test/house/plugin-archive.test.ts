/** The executable plugin, as `npm run plugin` makes it: docs/plugin.md. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import ts from "typescript";
import { PLUGIN_VERSION, writeArchives, writePlugin } from "../support/plugin-archive.ts";
import { REPOSITORY } from "../support/source-files.ts";

const folder = mkdtempSync(join(tmpdir(), "plugin-archive-"));
const plugin = join(folder, "plugin");
const launcher = join(plugin, "pulumi-resource-lix");
before(() => writePlugin(plugin));
after(() => rmSync(folder, { recursive: true }));

test("an archive for each system has the same bytes, whenever it is made, and less than 8 MB", async () => {
  const files = await writeArchives(plugin, folder);
  const again = join(folder, "again");
  await writePlugin(again);
  const [first = ""] = await writeArchives(again, folder);
  assert.equal(files.length, 5);
  const bytes = readFileSync(first);
  for (const file of files) {
    assert.match(file, new RegExp(`/pulumi-resource-lix-v${PLUGIN_VERSION}-\\w+-\\w+\\.tar\\.gz$`));
    assert.ok(readFileSync(file).equals(bytes), file);
  }
  assert.ok(bytes.length < 8_000_000, `${bytes.length} bytes`);
  const listed = execFileSync("tar", ["-tvzf", first], { encoding: "utf8" });
  assert.match(listed, /^-rwxr-xr-x .* pulumi-resource-lix$/m);
  assert.match(listed, /^-rw-r--r-- .* schema\.json$/m);
});

test("Pulumi has nothing to install for it, since no package is imported and none is declared", () => {
  const names = readdirSync(plugin, { recursive: true, encoding: "utf8" });
  assert.ok(!names.includes("PulumiPlugin.yaml"), "or Pulumi would run npm install");
  const modules = names.filter((name) => /^dist\/(?:provider|sdk)\/.*\.c?js$/.test(name));
  assert.ok(modules.length > 100);
  const imported = modules.flatMap((name) =>
    ts
      .preProcessFile(readFileSync(join(plugin, name), "utf8"), true, true)
      .importedFiles.map(({ fileName }) => fileName),
  );
  assert.deepEqual(
    [...new Set(imported)].filter((name) => !/^(?:\.|node:|pulumi-lix\/package\.json$)/.test(name)),
    [],
  );
});

test("it has the wasm and the licences of what is in it", () => {
  for (const file of ["compression/wasm/libdeflate.wasm", "image/layer-worker.js"])
    assert.ok(existsSync(join(plugin, "dist/provider", file)), file);
  const names = readdirSync(join(plugin, "dist"), { recursive: true, encoding: "utf8" });
  for (const name of ["packages/LICENSE.tar-stream", "zod/LICENSE"])
    assert.ok(names.includes(name), name);
});

test("it starts from a link on PATH, and says its port", () => {
  const link = join(folder, "linked");
  symlinkSync(launcher, link);
  // It ends when the engine has closed its stdin.
  const { stdout, stderr } = run(link, { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` });
  assert.match(stdout, /^\d+\n$/, stderr);
});

test("without Node it says in one line what is needed", () => {
  const tools = join(folder, "tools");
  execFileSync("mkdir", [tools]);
  for (const tool of ["sh", "dirname", "readlink"])
    symlinkSync(execFileSync("which", [tool], { encoding: "utf8" }).trim(), join(tools, tool));
  const none = run(launcher, { PATH: tools });
  assert.equal(none.status, 1);
  assert.match(
    none.stderr,
    /^pulumi-resource-lix needs Node 22\.20 or newer, and no node is on PATH.*\n$/,
  );
});

const run = (program: string, env: Readonly<Record<string, string>>) =>
  spawnSync(program, ["127.0.0.1:1"], { env, encoding: "utf8", input: "", timeout: 20_000 });

test("with an older Node it says so in one line", () => {
  const older =
    'data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"20.1.0"}})';
  const main = join(plugin, "dist/provider/plugin/main.js");
  const { status, stderr } = spawnSync(process.execPath, ["--import", older, main], {
    encoding: "utf8",
  });
  assert.equal(status, 1);
  assert.match(stderr, /^pulumi-lix needs Node 22\.20 or newer; this is 20\.1\.0.*\n$/);
});

test("the folder for `pulumi package add` asks npm for this version, and has what Pulumi reads", () => {
  const read = (file: string): string => readFileSync(join(REPOSITORY, "plugin", file), "utf8");
  const manifest = JSON.parse(read("package.json")) as {
    readonly version: string;
    readonly main: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  assert.equal(manifest.version, PLUGIN_VERSION);
  assert.equal(manifest.dependencies["pulumi-lix"], PLUGIN_VERSION);
  assert.match(read("PulumiPlugin.yaml"), /^runtime: nodejs$/m);
  assert.match(read(manifest.main), /dist\/provider\/plugin\/main\.js/);
});
