import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { RETRIES_FILE, retriesPage } from "../support/retries-page.ts";
import { REPOSITORY, sourceFiles } from "../support/source-files.ts";

test("docs/retries.md is what the table of retries says", async () => {
  assert.equal(
    readFileSync(RETRIES_FILE, "utf8"),
    await retriesPage(),
    "write it again: node_modules/node/bin/node test/support/retries-page.ts",
  );
});

test("no loop has a number of tries of its own", () => {
  const own = sourceFiles(
    "provider/{http,registry,destination,login,substituter,resolve,app,image}",
  ).filter((file) =>
    /\bconst \w*(?:TRIES|RETRIES|ATTEMPTS|LOOKS|RETRY_DELAY_MS|_LIMIT_MS) = [\d_]+/.test(
      readFileSync(join(REPOSITORY, file), "utf8"),
    ),
  );
  assert.deepEqual(own, []);
});
