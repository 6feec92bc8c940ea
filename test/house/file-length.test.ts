import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY, sourceFiles } from "../support/source-files.ts";

test("no source file that people write has more than 300 lines", () => {
  const files = sourceFiles("sdk", "provider", "test", "examples");
  assert.ok(files.includes("provider/formats/nix/store-path.ts"), "the search finds what is there");
  const long = files.filter((file) => {
    const text = readFileSync(join(REPOSITORY, file), "utf8");
    return (
      text.split("\n").length - 1 > 300 && !text.includes("Written by test/support/generate.ts")
    );
  });
  assert.deepEqual(long, []);
});
