import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { parseLockArguments } from "../../../provider/cli/lock/arguments.ts";
import { readRecord, recordFile, writeRecord } from "../../../provider/cli/lock/record.ts";
import { CURL, KEY, SOURCE } from "../lock/sample.ts";

const PATH = `curl.bin=${CURL}`;
for (const [what, argv] of [
  ["a channel with all defaults", ["--channel", "nixos-unstable"]],
  [
    "a channel by URL, and a Lix",
    ["--channel", "https://x.org/c?a=b", "--lix", "lixPackageSets.x.lix"],
  ],
  ["a release of Lix", ["--channel", "nixos-26.05", "--lix", "release:2.93.3", "--nixpkgs", "git"]],
  [
    "packages, priorities and paths",
    ["--nix", "../pkgs.nix", "--package", "jq", "--path", PATH, "--priority", "curl=3"],
  ],
  ["a flake in a folder", ["--flake", ".#sets", "--no-nixpkgs"]],
  [
    "a flake elsewhere",
    ["--flake", "github:acme/pkgs?ref=x#sets", "--nixpkgs", "https://x.org/t.tar.gz"],
  ],
  [
    "caches with keys, one of them a folder",
    [
      ...["--nix", "p.nix", "--cache", "../my cache", "--trusted-public-key", KEY.publicKey],
      ...["--cache", "https://x.org", "--cache", "local?root=/srv"],
    ],
  ],
  [
    "systems that differ",
    [
      ...[
        "--channel",
        "nixos-unstable",
        "--no-nixpkgs",
        "--system",
        "x86_64-linux",
        "--path",
        PATH,
      ],
      ...["--system", "aarch64-linux", "--nixpkgs", SOURCE.storePath],
    ],
  ],
  [
    "systems alike",
    ["--channel", "x", "--no-nixpkgs", "--system", "x86_64-linux", "--system", "aarch64-linux"],
  ],
  ["an export", ["--nix", "p.nix", "--export", "own", "--secret-key-file", "/etc/key"]],
] as const)
  test(`the record of ${what} is read back unchanged`, async () => {
    await withTempDir(async (dir) => {
      await mkdir(join(dir, "work"));
      const lock = join(dir, "locks", "lix.json");
      await mkdir(join(dir, "locks"));
      const args = parseLockArguments([...argv, "--output", lock], join(dir, "work"));
      await writeRecord(args);
      assert.deepEqual(await readRecord(lock), args);
      assert.doesNotMatch(await readFile(recordFile(lock), "utf8"), new RegExp(dir));
    });
  });

test("a record with the same meaning keeps its spelling", async () => {
  await withTempDir(async (dir) => {
    const lock = join(dir, "lix-image.lock.json");
    const args = parseLockArguments(["--channel", "nixos-unstable", "--output", lock], dir);
    await writeRecord(args);
    const file = join(dir, "lix-image.lock.args");
    const owned = `# mine\n\n${await readFile(file, "utf8")}`;
    await writeFile(file, owned);
    await writeRecord(args);
    assert.equal(await readFile(file, "utf8"), owned);
    await writeRecord({ ...args, packages: ["jq"] });
    assert.match(await readFile(file, "utf8"), /\n--package jq\n/);
  });
});

test("a lock of store paths has no record", async () => {
  await withTempDir(async (dir) => {
    const lock = join(dir, "lock.json");
    await writeRecord(parseLockArguments(["--path", PATH, "--output", lock], dir));
    await assert.rejects(readRecord(lock), { code: "LOCK_ARGUMENTS_NOT_FOUND" });
  });
});
