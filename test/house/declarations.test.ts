/** What TypeScript reads when a program imports the package. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { REPOSITORY } from "../support/source-files.ts";

const SDK = join(REPOSITORY, "dist/sdk");

test("the declarations that a program sees import nothing but @pulumi/pulumi", () => {
  const files = readdirSync(SDK).filter((file) => /\.d\.c?ts$/.test(file));
  assert.ok(files.includes("index.d.ts") && files.includes("args.d.ts"), "dist/ is built");
  const foreign = files.flatMap((file) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(SDK, file), "utf8"));
    return importedFiles
      .map(({ fileName }) => fileName)
      .filter((name) => name !== "@pulumi/pulumi" && !/^\.\/[^/]+$/.test(name))
      .map((name) => `${file}: ${name}`);
  });
  assert.deepEqual(foreign, []);
});
