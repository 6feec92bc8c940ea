import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { REPOSITORY } from "../support/source-files.ts";

/** `npm test -- one.test.ts` in a repository with a build that does nothing and one test. */
async function runTests(env: Record<string, string>): Promise<{ code: unknown; stdout: string }> {
  return withTempDir(async (folder) => {
    await mkdir(join(folder, "node_modules/typescript"), { recursive: true });
    await writeFile(join(folder, "build.js"), "");
    await writeFile(join(folder, "one.test.ts"), 'import "node:test";\n');
    const child = spawn(
      process.execPath,
      [join(REPOSITORY, "test/run/main.ts"), "one.test.ts"],
      // No program is found: all peers are missing.
      {
        cwd: folder,
        env: { PATH: "", HOME: folder, ...env },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
    return { code, stdout };
  });
}

test("a run of some tests names the missing peers as well, and what is not tested without them", async () => {
  const { code, stdout } = await runTests({});
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^ {2}crane: not installed, so not tested: that every layer /m);
  assert.match(stdout, /^ℹ pass 1$/m);
});

test("where peers are required a missing one is a failure", async () => {
  const { code, stdout } = await runTests({ REQUIRE_ENGINE: "1" });
  assert.equal(code, 1, stdout);
  assert.match(stdout, /pulumi: .*REQUIRE_ENGINE=1/);
  assert.match(stdout, /\nfailed: pulumi is missing\n$/);
});
