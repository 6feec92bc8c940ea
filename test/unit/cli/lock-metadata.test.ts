/** The license, identifiers and homepage of packages, from the channel into the lock and its review. @module */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { readLock } from "../../../provider/lock/read-lock.ts";
import type { LockedPackage } from "../../../provider/lock/lock.ts";
import { newRelease, withLocking, type Locking } from "../../support/locking.ts";

const license = (spdxId: string) => ({ license: { spdxId, shortName: "x", free: true } });
const META = {
  jq: {
    ...license("MIT"),
    homepage: "https://jqlang.org/",
    identifiers: { purl: "pkg:github/jqlang/jq@1.7.1", purls: [], possibleCPEs: [] },
  },
  lix: license("LGPL-2.1-or-later"),
  wget: license("GPL-3.0-or-later"),
};

const packagesOf = async (
  { lockFile }: Locking,
  system = "x86_64-linux",
): Promise<ReadonlyMap<string, LockedPackage>> =>
  (await readLock(lockFile)).lock.systems.get(system)?.packages ?? assert.fail();

test("an update of a lock of format 1 brings the channel's licenses, and says how many are new", () =>
  withLocking(async (locking) => {
    const { lock, lockFile, options } = locking;
    await lock(...options, "--package", "jq");
    const before = await readFile(lockFile, "utf8");
    assert.match(before, /^\{\n {2}"version": 1,/);
    assert.equal((await lock("--check")).code, 0);

    await newRelease(locking, {}, META);
    const { code, stdout } = await lock("--check");
    assert.equal(code, 3);
    assert.match(stdout, /^Packages with a new license, homepage or identifier: 3$/m);
    assert.doesNotMatch(stdout, /\| jq/);
    await lock("--update");
    assert.match(await readFile(lockFile, "utf8"), /^\{\n {2}"version": 2,/);
    const packages = await packagesOf(locking);
    const { license, homepage, identifiers } = packages.get("jq") ?? assert.fail();
    assert.deepEqual(
      [license, homepage, identifiers],
      ["MIT", "https://jqlang.org/", { purl: "pkg:github/jqlang/jq@1.7.1" }],
    );
    assert.equal(packages.get("nix")?.license, "LGPL-2.1-or-later");
    assert.equal(packages.get("less")?.license, undefined);
  }));

test("the review of an update has a line for each license that changes", () =>
  withLocking(async (locking) => {
    const { lock, options } = locking;
    await newRelease(locking, {}, META);
    await lock(...options, "--package", "jq");
    await newRelease(locking, { jq: "1.8.0" }, { ...META, jq: license("AGPL-3.0-only"), wget: {} });
    const { stdout } = await lock("--check");
    assert.match(stdout, /\| jq +\| 1\.7\.1 +\| 1\.8\.0 +\|/);
    assert.match(
      stdout,
      /\nLicenses:\n- jq: MIT → AGPL-3\.0-only\n- wget: GPL-3\.0-or-later → –\n/,
    );
    const report = JSON.parse((await lock("--check", "--json")).stdout);
    const [jq] = report.systems["x86_64-linux"].packages;
    assert.deepEqual([jq.from.license, jq.to.license], ["MIT", "AGPL-3.0-only"]);
  }));

test("an update of one package keeps the metadata of the others", () =>
  withLocking(async (locking) => {
    const { lock, options } = locking;
    await newRelease(locking, {}, META);
    await lock(...options, "--package", "jq");
    await newRelease(locking, { wget: "1.25.0" }, { wget: license("MIT") });
    await lock("--update", "wget");
    const packages = await packagesOf(locking);
    assert.equal(packages.get("wget")?.license, "MIT");
    assert.equal(packages.get("jq")?.homepage, "https://jqlang.org/");
  }));
