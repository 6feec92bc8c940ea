import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryPath } from "../../../provider/base/temporary.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";

const MODULE = new URL("../../../provider/base/temp-dir.ts", import.meta.url).href;

test("a temporary folder belongs to this user alone, and is removed even if its use fails", async () => {
  let folder = "";
  await assert.rejects(
    withTempDir(async (dir) => {
      folder = dir;
      if (process.platform !== "win32") assert.equal(statSync(dir).mode & 0o777, 0o700);
      writeFileSync(join(dir, "file"), "");
      throw new Error("no");
    }),
    /no/,
  );
  assert.throws(() => statSync(folder), /ENOENT/);
});

test("the next process removes what a killed one left in TMPDIR, and keeps what is in use", () =>
  withTempDir(async (tmp) => {
    const run = (body: string) =>
      spawnSync(
        process.execPath,
        [
          ...["--input-type=module", "--eval"],
          `import { withTempDir } from ${JSON.stringify(MODULE)}; await withTempDir(async (dir) => { ${body} });`,
        ],
        { env: { ...process.env, TMPDIR: tmp, TEMP: tmp, TMP: tmp } },
      );
    const inUse = temporaryPath(join(tmp, "lix-image"));
    mkdirSync(inUse);
    mkdirSync(join(tmp, "lix-image.somebody else's"));
    const before = readdirSync(tmp).sort();
    assert.equal(run("process.kill(process.pid, 'SIGKILL');").signal, "SIGKILL");
    assert.equal(readdirSync(tmp).length, 3);
    assert.equal(run("").status, 0);
    assert.deepEqual(readdirSync(tmp).sort(), before);
  }));
