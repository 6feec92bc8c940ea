import assert from "node:assert/strict";
import { checkPackage, Package } from "@arethetypeswrong/core";
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
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
