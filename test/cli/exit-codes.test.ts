/** 0: done. 1: something that the user can act on. 2: the command line itself is wrong. @module */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { runCli, type CliResult } from "../support/cli.ts";

/** In a folder that holds nothing but an a.json, whose lock is not there. */
const ranThere = async (argv: readonly string[], use: (ran: CliResult) => void): Promise<void> =>
  withTempDir(async (directory) => {
    await writeFile(join(directory, "a.json"), '{"registry": "127.0.0.1:9/acme"}');
    use(await runCli(argv, { cache: join(directory, "cache"), directory }));
  });

const COMMANDS = ["lock", "plan", "build", "load", "push", "inspect", "verify"];

for (const argv of [
  ["--help"],
  ["help"],
  ["--version"],
  ...COMMANDS.map((command) => [command, "--help"]),
])
  test(`exits with 0 and prints to stdout: lix-image ${argv.join(" ")}`, () =>
    ranThere(argv, ({ code, stdout, stderr }) => {
      assert.equal(code, 0, stderr);
      assert.notEqual(stdout, "");
      assert.equal(stderr, "");
    }));

for (const argv of [
  [],
  ["nonsense"],
  ...COMMANDS.map((command) => [command]),
  ...COMMANDS.map((command) => [command, "a.json", "--nonsense"]),
  ["plan", "a.json", "b.json"],
  ["push", "a.json", "--oci", "dir"],
  ["build", "a.json"],
  ["build", "a.json", "--oci", ""],
  ["build", "a.json", "--oci", "dir", "--podman"],
  ["build", "a.json", "--docker-archive", "image"],
  ["load", "a.json", "--podman", "--daemon"],
  ["inspect", "Not A Reference"],
  ["inspect", "127.0.0.1:9/a", "127.0.0.1:9/b"],
  ["inspect", "--oci", "a", "--docker-archive", "b"],
  ["verify", "a.json"],
  ["verify", "missing.json"],
  ["verify", "a.json", "no-host"],
  ["verify", "--oci", "dir"],
  ["lock", "--channel", "a", "--nix", "b"],
  ["lock", "--path", "jq"],
  ["lock", "--path", "jq=/nix/store/jq"],
])
  test(`exits with 2 and shows the usage of the command: lix-image ${argv.join(" ")}`, () =>
    ranThere(argv, ({ code, stdout, stderr }) => {
      assert.equal(code, 2, stderr);
      assert.match(stderr, /usage: |the commands are|hint: see `lix-image (lock|verify) --help`/);
      assert.doesNotMatch(stderr, /^\s+at /m);
      assert.doesNotMatch(stderr, /\[USAGE\]/, "it is no option");
      assert.equal(stdout, "");
    }));

const REF = "127.0.0.1:9/acme/lix:latest";
for (const [says, argv] of [
  ["ARGUMENTS_NOT_FOUND", ["plan", "missing.json"]],
  ["ARGUMENTS_NOT_FOUND", ["build", "missing.json", "--oci", "dir"]],
  ["ARGUMENTS_NOT_FOUND", ["verify", "missing.json", REF]],
  ["FILE_UNUSABLE", ["verify", REF, "--key", "missing.pub"]],
  ["LOCK_NOT_FOUND", ["plan", "a.json"]],
  ["LOCK_NOT_FOUND", ["build", "a.json", "--docker-archive", "image.tar"]],
  ["LOCK_NOT_FOUND", ["load", "a.json", "--podman"]],
  ["HTTP_UNREACHABLE", ["inspect", REF]],
  ["IMAGE_UNREADABLE", ["inspect", "--oci", "."]],
  ["IMAGE_UNREADABLE", ["inspect", "--oci", "missing"]],
  ["IMAGE_UNREADABLE", ["inspect", "--docker-archive", "a.json"]],
  ["IMAGE_UNREADABLE", ["verify", "a.json", "--oci", "missing.tar"]],
  ["LOCK_ARGUMENTS_NOT_FOUND", ["lock", "--update", "jq"]],
] as const)
  test(`exits with 1 and names the mistake: lix-image ${argv.join(" ")}`, () =>
    ranThere(argv, ({ code, stdout, stderr }) => {
      assert.equal(code, 1, stderr);
      assert.match(stderr, new RegExp(`\\[${says}\\]`));
      assert.doesNotMatch(stderr, /^\s+at /m);
      assert.equal(stdout, "");
    }));

test("exits with 1 and says which Node is needed, if this one is too old", () =>
  withTempDir(async (directory) => {
    const oldNode =
      "Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})";
    const { code, stdout, stderr } = await runCli(["--version"], {
      cache: join(directory, "cache"),
      directory,
      nodeArgs: ["--import", `data:text/javascript,${oldNode}`],
    });
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      /^lix-image: pulumi-lix needs Node 22\.20 or newer; this is 20\.1\.0: .*\n$/,
    );
  }));
