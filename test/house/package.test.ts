import assert from "node:assert/strict";
import { checkPackage, Package } from "@arethetypeswrong/core";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { dependencyFolders } from "../support/installed-package.ts";
import { publishedFiles } from "../support/published-files.ts";
import { REPOSITORY } from "../support/source-files.ts";

const fromExample = createRequire(join(REPOSITORY, "examples/quickstart/index.ts"));

test("the quickstart gets this very checkout when it asks for pulumi-lix", () => {
  const found = fromExample.resolve("pulumi-lix/package.json");
  assert.equal(realpathSync(dirname(found)), realpathSync(REPOSITORY));
});

test("the provider loads by require, which is how Pulumi's process loads it", () => {
  const provider: unknown = fromExample("pulumi-lix/provider");
  assert.ok(typeof provider === "object" && provider !== null);
  for (const method of ["check", "diff", "create", "read", "update", "delete"])
    assert.equal(typeof Reflect.get(provider, method), "function", method);
});

test("an entry is the same module to import and to require", async () => {
  const required = createRequire(import.meta.url);
  for (const entry of ["pulumi-lix", "pulumi-lix/provider"]) {
    const imported = (await import(entry)) as Readonly<Record<string, unknown>>;
    const names = Object.keys(imported);
    assert.ok(names.length > 1, entry);
    for (const name of names)
      assert.equal(Reflect.get(Object(required(entry)), name), imported[name], name);
  }
});

test("TypeScript finds the types of every entry, whatever its moduleResolution, and as the file is", async () => {
  const files = Object.fromEntries(
    publishedFiles().map((file) => [
      `/node_modules/pulumi-lix/${file}`,
      readFileSync(join(REPOSITORY, file)),
    ]),
  );
  const result = await checkPackage(new Package(files, "pulumi-lix", "0.0.0"));
  assert.ok(result.types !== false, "no types are found");
  assert.deepEqual(Object.keys(result.entrypoints), [".", "./provider", "./package.json"]);
  assert.deepEqual(result.problems, []);
});

test("SQLite is shipped as sql.js has it, with its licence, and its importer finds it", () => {
  const read = (path: string): Buffer => readFileSync(join(REPOSITORY, path));
  for (const [ours, theirs] of [
    ["sql-wasm.cjs", "dist/sql-wasm.js"],
    ["sql-wasm.wasm", "dist/sql-wasm.wasm"],
    ["LICENSE", "LICENSE"],
  ] as const)
    assert.ok(read(`dist/sql.js/${ours}`).equals(read(`node_modules/sql.js/${theirs}`)), ours);
  const code = read("dist/provider/formats/nix/database.js").toString();
  assert.match(code, /from "\.\.\/\.\.\/\.\.\/sql\.js\/sql-wasm\.cjs"/);
});

test("what lays out the map of a report is shipped as it is, with its licence", () => {
  const read = (path: string): Buffer => readFileSync(join(REPOSITORY, path));
  for (const [ours, theirs] of [
    ["d3-hierarchy.min.js", "dist/d3-hierarchy.min.js"],
    ["LICENSE", "LICENSE"],
  ] as const)
    assert.ok(
      read(`dist/d3-hierarchy/${ours}`).equals(read(`node_modules/d3-hierarchy/${theirs}`)),
      ours,
    );
});

test("the package and what npm installs for it take less than 15 MB, without @pulumi/pulumi", () => {
  const dependencies = dependencyFolders();
  assert.ok(dependencies.some((folder) => folder.endsWith("node_modules/tar-stream")));
  const files = dependencies.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const ours = publishedFiles().map((file) => join(REPOSITORY, file));
  const bytes = [...files, ...ours].reduce((sum, file) => sum + statSync(file).size, 0);
  assert.ok(bytes < 15_000_000, `${bytes} bytes`);
});

test("nothing that is shipped imports a package that is not installed with it", () => {
  const { dependencies } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const installed = new Set([...Object.keys(dependencies), "@pulumi/pulumi", "pulumi-lix"]);
  const imported = publishedFiles()
    .filter((file) => /^dist\/(?:sdk|provider)\/.*\.c?js$/.test(file))
    .flatMap((file) =>
      ts
        .preProcessFile(readFileSync(join(REPOSITORY, file), "utf8"), true, true)
        .importedFiles.map(({ fileName }) => fileName),
    )
    .filter((name) => !/^(?:\.|node:)/.test(name))
    .map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  assert.ok(imported.includes("tar-stream"), "the search finds what is there");
  assert.deepEqual([...new Set(imported.filter((name) => !installed.has(name)))], []);
});
