import assert from "node:assert/strict";
import { test } from "node:test";
import {
  defaultOutputsToInstall,
  parseDrvName,
} from "../../../../provider/formats/nix/drv-name.ts";

// As builtins.parseDrvName of Nix 2.8 answers.
for (const [text, name, version] of [
  ["curl-8.9.1", "curl", "8.9.1"],
  ["git-minimal-2.39.5", "git-minimal", "2.39.5"],
  ["python3.11-requests-2.31.0", "python3.11-requests", "2.31.0"],
  ["iana-etc-20240318", "iana-etc", "20240318"],
  ["hello", "hello", undefined],
  ["a--b", "a", "-b"],
  ["trailing-", "trailing-", undefined],
  ["openssh-9.2p1-with-x", "openssh", "9.2p1-with-x"],
] as const) {
  test(`${text} is ${name}, version ${version ?? "unknown"}`, () => {
    assert.deepEqual(parseDrvName(text), { name, version });
  });
}

test("bin, else out, else the first output is installed, and man", () => {
  assert.deepEqual(defaultOutputsToInstall(["dev", "out", "bin", "man"]), ["bin", "man"]);
  assert.deepEqual(defaultOutputsToInstall(["dev", "out"]), ["out"]);
  assert.deepEqual(defaultOutputsToInstall(["lib", "dev"]), ["lib"]);
  assert.deepEqual(defaultOutputsToInstall(["man", "doc"]), ["man"]);
});
