/** `lix-image lock --update` and `--check`. @module */
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { readLock } from "../../../provider/lock/read-lock.ts";
import { newRelease, withLocking } from "../../support/locking.ts";

const NEWER = { jq: "1.8.0", wget: "1.25.0" };

const versions = async (file: string): Promise<Record<string, string | undefined>> => {
  const packages = (await readLock(file)).lock.systems.get("x86_64-linux")?.packages;
  return { jq: packages?.get("jq")?.version, wget: packages?.get("wget")?.version };
};

test("--check distinguishes an old lock from one that is up to date, and writes nothing", async () => {
  await withLocking(async (locking) => {
    const { lock, lockFile, options } = locking;
    await lock(...options, "--package", "jq");
    const text = await readFile(lockFile, "utf8");
    assert.deepEqual(await lock("--check"), { code: 0, stdout: "" });
    await newRelease(locking, NEWER);
    const { code, stdout } = await lock("--check");
    assert.equal(code, 3);
    assert.match(stdout, /^### x86_64-linux\n/);
    assert.match(stdout, /\n\| package +\| before +\| after +\| closure +\|\n\| -+ \| -+ /);
    assert.match(stdout, /\n\| jq +\| 1\.7\.1 +\| 1\.8\.0 +\| 0 B/);
    assert.match(stdout, /\n\| wget +\| 1\.24\.5 +\| 1\.25\.0 /);
    assert.doesNotMatch(stdout, /\| curl/);
    assert.match(
      stdout,
      /\nClosure: .* → .*; 4 store paths are new, 4 are gone\n\nNew:\n- .{32}-jq-1\.8\.0/,
    );
    assert.equal(await readFile(lockFile, "utf8"), text);
  });
});

test("--update makes the lock again with its original options", async () => {
  await withLocking(async (locking) => {
    const { lock, lockFile, options } = locking;
    await lock(...options, "--package", "jq");
    await newRelease(locking, NEWER);
    const { code, stdout } = await lock("--update");
    assert.equal(code, 0);
    assert.match(stdout, /\| jq +\| 1\.7\.1 +\| 1\.8\.0/);
    assert.deepEqual(await versions(lockFile), { jq: "1.8.0", wget: "1.25.0" });
    assert.deepEqual(await lock("--check"), { code: 0, stdout: "" });
  });
});

test("--update jq changes nothing else", async () => {
  await withLocking(async (locking) => {
    const { lock, lockFile, options, server } = locking;
    await lock(...options, "--package", "jq");
    await newRelease(locking, NEWER);
    const asked = server.log.length;
    await lock("--update", "jq");
    assert.deepEqual(await versions(lockFile), { jq: "1.8.0", wget: "1.24.5" });
    const paths = server.log.slice(asked).map(({ path }) => path);
    assert.deepEqual(
      paths.filter((path) => /\/job\//.test(path)),
      [server.paths.job("jq.x86_64-linux")],
    );
    await assert.rejects(lock("--update", "nope"), {
      code: "USAGE",
      message: /has no package nope: add it with --package/,
    });
  });
});

test("the user may edit the record beside the lock", async () => {
  await withLocking(async ({ lock, lockFile, options }) => {
    await lock(...options);
    const record = lockFile.replace(/\.json$/, ".args");
    const edited = `${await readFile(record, "utf8")}\n# For the scripts\n  --package   jq\n`;
    await writeFile(record, edited);
    const { stdout } = await lock("--update");
    assert.match(stdout, /\| jq +\| – +\| 1\.7\.1 +\| \+/);
    assert.equal(await readFile(record, "utf8"), edited);

    await writeFile(record, `${edited}--pakage less\n`);
    await assert.rejects(lock("--update"), { code: "USAGE", message: /\.lock\.args: .*--pakage/ });
    await rm(record);
    await assert.rejects(lock("--check"), { code: "LOCK_ARGUMENTS_NOT_FOUND" });
  });
});
