/** `lix-image lock --nix` with a real evaluator and a cache that real Nix wrote. @module */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import type { LixImageError } from "../../provider/base/errors.ts";
import { lockCommand } from "../support/lock-command.ts";
import { readLock } from "../../provider/lock/read-lock.ts";
import { packagesFromNix } from "../../provider/resolve/resolve-nix.ts";
import { parseDrvName } from "../../provider/formats/nix/drv-name.ts";
import { verifyLock } from "../../provider/lock/verify-lock.ts";
import { StorePath } from "../../provider/formats/nix/store-path.ts";
import { lockArguments, push, withNixWorld } from "../support/nix-world.ts";
import { needs } from "../support/peers.ts";

const run = promisify(execFile);
const skip = needs("nix-store");

test("one evaluation and a cache by Nix become a lock", { skip }, async () => {
  await withNixWorld(async (world) => {
    await push(world);
    assert.equal(await lockCommand(lockArguments(world, "lock.json")), 0);
    const { lock } = await readLock(join(world.dir, "lock.json"));
    await verifyLock(lock);
    const system = lock.systems.get("x86_64-linux");
    assert.ok(system);
    assert.match(system.nixpkgs ?? "", /^\/nix\/store\/.{32}-tree$/);

    const curl = system.packages.get("curl");
    assert.equal(curl?.name, "curl-8.9.1");
    assert.deepEqual([...(curl?.outputs.keys() ?? [])], ["bin", "dev", "out", "man"]);
    assert.equal(curl?.defaultOutput, "bin");
    assert.deepEqual(curl?.outputsToInstall, ["bin", "man"]);
    assert.equal(curl?.priority, 7);
    assert.equal(curl?.license, "curl");
    assert.equal(curl?.homepage, "https://curl.se/");
    assert.deepEqual(curl?.identifiers, { purl: "pkg:generic/curl@8.9.1" });
    assert.equal(system.packages.get("a.b")?.license, "LicenseRef-nixpkgs-unfree AND GPL");
    assert.equal(system.packages.get("n.m")?.license, undefined);
    const dev = system.packages.get("curl.dev");
    assert.equal(dev?.defaultOutput, "dev");
    assert.deepEqual(dev?.outputsToInstall, ["dev"]);
    assert.equal(dev?.outputSpecified, true);
    const plainDev = system.packages.get("plainDev");
    assert.equal(plainDev?.defaultOutput, "dev");
    assert.deepEqual(plainDev?.outputsToInstall, ["dev"]);
    assert.equal(system.packages.get("n.m")?.version, "2-x");
    assert.equal(system.packages.get("a.b")?.name, "ab-3");

    const less = system.packages.get("less")?.outputs.get("out");
    const which = system.packages.get("which")?.outputs.get("out");
    assert.ok(less && which);
    assert.deepEqual(system.paths.get(less)?.references, [which]);
    // Nix's own information on every path equals the lock's.
    const { stdout } = await run("nix", [
      ...["--extra-experimental-features", "nix-command", "path-info", "--json"],
      ...system.paths.keys(),
    ]);
    for (const said of JSON.parse(stdout)) {
      const locked = system.paths.get(said.path);
      assert.deepEqual(
        { narHash: locked?.narHash, narSize: locked?.narSize, ca: locked?.ca },
        { narHash: said.narHash, narSize: said.narSize, ca: said.ca },
      );
      assert.equal(locked?.signatures.length, 1);
    }

    await lockCommand(lockArguments(world, "again.json"));
    const [first, second] = await Promise.all(
      ["lock.json", "again.json"].map((name) => readFile(join(world.dir, name), "utf8")),
    );
    assert.equal(first, second);
  });
});

test(
  "a package that no cache has is named, with the cache and the way to push it",
  { skip },
  async () => {
    await withNixWorld(async (world) => {
      await push(world);
      const request = { file: world.file, attributes: ["wget"], withNixpkgs: false };
      const { packages } = await packagesFromNix({ ...request, system: "x86_64-linux" });
      const wget = packages.get("wget")?.outputs.get("out") ?? assert.fail("no wget");
      await rm(join(world.cache, `${StorePath.hashPart(wget)}.narinfo`));
      await assert.rejects(
        lockCommand(lockArguments(world, "lock.json")),
        (error: LixImageError) => {
          assert.equal(error.code, "PATHS_NOT_IN_CACHES");
          assert.match(error.message, /wget-1\.0\n.*cache\/?: does not have it$/);
          assert.doesNotMatch(error.message, /less/);
          assert.match(error.hint ?? "", /nix copy --to/);
          return true;
        },
      );
    });
  },
);

test("attributes that cannot be evaluated are reported together", { skip }, async () => {
  await withNixWorld(async ({ file }) => {
    const request = { file, attributes: ["bad", "nope", "curl.lib", "gzip"], withNixpkgs: false };
    await assert.rejects(
      packagesFromNix({ ...request, system: "x86_64-linux" }),
      (error: LixImageError) => {
        assert.match(error.message, /bad: does not evaluate/);
        assert.match(error.message, /nope: there is no such attribute/);
        assert.match(error.message, /curl\.lib: there is no such attribute/);
        assert.doesNotMatch(error.message, /gzip/);
        return true;
      },
    );
    await writeFile(join(file, "../fixed.nix"), "import ./packages.nix { }");
    const fixed = { ...request, file: join(file, "../fixed.nix"), attributes: ["gzip"] };
    await assert.rejects(packagesFromNix({ ...fixed, system: "x86_64-linux" }), {
      message: /gzip: is for riscv64-linux; expected x86_64-linux/,
    });
    await writeFile(join(file, "../wrong.nix"), "{ gzip = ;");
    await assert.rejects(
      packagesFromNix({ ...fixed, file: join(file, "../wrong.nix"), system: "x86_64-linux" }),
      { code: "NIX_EVALUATION_FAILED", message: /syntax error/ },
    );
  });
});

test("names are split as Nix splits them", { skip }, async () => {
  const names = [
    "curl-8.9.1",
    "a--b",
    "trailing-",
    "openssh-9.2p1-with-x",
    "hello",
    "x-1-a-2",
    "-1",
  ];
  const expression = `map builtins.parseDrvName (builtins.fromJSON ''${JSON.stringify(names)}'')`;
  const { stdout } = await run("nix-instantiate", [
    "--eval",
    "--strict",
    "--json",
    "--store",
    "dummy://",
    "--expr",
    expression,
  ]);
  assert.deepEqual(
    names.map((name) => ({ ...parseDrvName(name), version: parseDrvName(name).version ?? "" })),
    JSON.parse(stdout),
  );
});
