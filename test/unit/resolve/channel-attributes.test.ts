import assert from "node:assert/strict";
import { test } from "node:test";
import { attributesToRead, findAttribute } from "../../../provider/resolve/channel-attributes.ts";
import type { IndexedPackage } from "../../../provider/resolve/package-index.ts";

const indexed = (name: string, ...outputs: [string, ...string[]]): IndexedPackage => ({
  name,
  version: undefined,
  outputs,
  outputsToInstall: undefined,
  priority: undefined,
  metadata: {},
});

const INDEX = new Map([
  ["bash", indexed("bash-interactive-5.3", "out", "man")],
  ["curl", indexed("curl-8.9.1", "bin", "dev", "out")],
  ["lix", indexed("lix-2.93.3", "out", "doc")],
  ["lixPackageSets.stable.lix", indexed("lix-2.92.1", "out")],
  ["man-db", indexed("man-db-2.13", "out")],
  ["python3Packages.dev", indexed("a-package-called-dev-1", "out", "dist")],
  ["python3Packages", indexed("no-set-1", "out", "dev")],
]);

for (const [attribute, channelAttribute, output] of [
  ["curl", "curl", undefined],
  ["curl.dev", "curl", "dev"],
  ["nix", "lix", undefined],
  ["nix.doc", "lix", "doc"],
  ["man", "man-db", undefined],
  ["bashInteractive", "bash", undefined],
  ["bashInteractive.man", "bash", "man"],
  // A package of that name goes before an output of that name.
  ["python3Packages.dev", "python3Packages.dev", undefined],
  ["python3Packages.dev.dist", "python3Packages.dev", "dist"],
] as const)
  test(`${attribute} is ${channelAttribute} of the channel, ${output ?? "whole"}`, () => {
    const found = findAttribute(attribute, INDEX, "lix");
    assert.deepEqual([found?.channelAttribute, found?.output], [channelAttribute, output]);
    assert.ok(attributesToRead([attribute], "lix").has(channelAttribute));
  });

test("an old channel's bashInteractive takes precedence over bash", () => {
  const index = new Map([...INDEX, ["bashInteractive", indexed("bash-interactive-5.2", "out")]]);
  assert.equal(findAttribute("bashInteractive", index, "lix")?.channelAttribute, "bashInteractive");
});

test("nix is the Lix that was chosen", () => {
  const lix = "lixPackageSets.stable.lix";
  assert.equal(findAttribute("nix", INDEX, lix)?.indexed.name, "lix-2.92.1");
});

for (const attribute of ["curl.lib", "nope", "nope.dev", ".dev", "lix.dev"])
  test(`${attribute} is not there`, () => {
    assert.equal(findAttribute(attribute, INDEX, "lix"), undefined);
  });
