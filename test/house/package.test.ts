import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
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
