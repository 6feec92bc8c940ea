import assert from "node:assert/strict";
import { test } from "node:test";
import { withWorkshop, type WorkshopOptions } from "../support/workshop.ts";

interface Refusal {
  readonly what: string;
  readonly args: unknown;
  readonly says: readonly (string | RegExp)[];
  readonly world?: WorkshopOptions["world"];
}

const REFUSALS: readonly Refusal[] = [
  {
    what: "an unknown attribute, with the nearest names",
    args: { extraPkgs: ["jq", "tre"] },
    says: ['extraPkgs[1]: the lock has no package "tre"', "nearest: tree", "lix-image lock"],
  },
  {
    what: "an unknown output, with those there are",
    args: { extraPkgs: ["curl.static"] },
    says: ['extraPkgs[0]: curl has no output "static"', "its outputs are: bin, dev, out, man"],
  },
  {
    what: "an output that the lock names but does not hold",
    args: { extraPkgs: ["coreutils-full.info"] },
    says: ["coreutils-full.info", "does not hold", "--path coreutils-full.info=/nix/store/"],
  },
  {
    what: "a store path that is none",
    args: { extraPkgs: ["/nix/store/jq"] },
    says: ['extraPkgs[0]: expected /nix/store/<32 characters>-<name>; got "/nix/store/jq"'],
  },
  {
    what: "a store path that is not in the lock",
    args: { extraPkgs: [`/nix/store/${"0".repeat(32)}-jq`] },
    says: [`extraPkgs[0]: /nix/store/${"0".repeat(32)}-jq is not in the lock`, "lix-image lock"],
  },
  {
    what: "a system that the lock does not have",
    args: { systems: ["riscv64-linux"] },
    says: ["has no riscv64-linux; it has x86_64-linux", "--system riscv64-linux"],
  },
  {
    what: "bundleNixpkgs with a lock without nixpkgs",
    args: {},
    world: { nixpkgs: null },
    says: ["bundleNixpkgs", "lix-image.lock.json has no nixpkgs", "bundleNixpkgs: false"],
  },
  {
    what: "packages that collide, with both paths and both packages",
    args: { extraPkgs: ["curl-clone"] },
    says: [
      /\/nix\/store\/\w+-curl-8\.9\.1-bin\/bin\/curl \(curl-8\.9\.1\)/,
      /\/nix\/store\/\w+-curl-clone-1\.0\/bin\/curl \(curl-clone-1\.0\)/,
      "leave one of the two packages out",
    ],
  },
  {
    what: "a package with a file that would delete others",
    args: { extraPkgs: ["whiteout"] },
    says: [/\/nix\/store\/\w+-whiteout-1\.0 holds "share\/\.wh\.removed"/, "leave the package out"],
  },
  {
    what: "maxLayers 0",
    args: { maxLayers: 0 },
    says: ["maxLayers: expected a whole number from 1 to 127; got 0"],
  },
  { what: "maxLayers 128", args: { maxLayers: 128 }, says: ["from 1 to 127; got 128"] },
  {
    what: "a newline in a value of nixConf",
    args: { nixConf: { "access-tokens": "secret\nsandbox = true" } },
    says: ['nixConf: "access-tokens": a value holds a newline', "a setting is one line"],
  },
  {
    what: "a channel that would be two lines of .nix-channels",
    args: { channelName: "nixpkgs\nhttps://evil.example x", channelUrl: "" },
    says: [
      "channelName: expected a line of text; got a newline or another control character",
      "channelUrl: expected a line of text; got an empty string",
      ".nix-channels",
    ],
  },
  {
    what: "a tag that is no tag",
    args: { extraTags: ["not/a/tag"] },
    says: ['extraTags[0]: not a tag: "not/a/tag"', "a tag has 1 to 128 of"],
  },
  {
    what: "an unknown placeholder in a tag",
    args: { tag: "v{minor}" },
    says: ["unknown placeholder {minor}", "{version}, {major} and {planKey}"],
  },
  {
    what: "a name that is no repository name",
    args: { name: "my image" },
    says: ["not a repository", "my image", "a name is lower case"],
  },
  {
    what: "a registry without a host",
    args: { registry: "acme" },
    says: ["not a repository", "no registry host", "ghcr.io/acme/lix"],
  },
  {
    what: "an unknown argument, with the nearest",
    args: { tags: ["a"] },
    says: [
      "tags: unknown argument",
      "did you mean tag? LixImage has allowedLicenses, allowedSigners, ",
    ],
  },
  { what: "arguments that are no JSON", args: "{ lock: ", says: ["args.json", "line 1"] },
];

for (const { what, args, says, world = {} } of REFUSALS)
  test(`push refuses ${what}`, async () => {
    await withWorkshop({ world }, async (workshop) => {
      workshop.assertRefused(await workshop.push(args), ...says);
    });
  });

test("push refuses wrong arguments before it downloads anything", async () => {
  await withWorkshop({}, async (workshop) => {
    for (const args of [{ nixConf: { a: "\n" } }, { tag: "-" }, { systems: ["x86_64-darwin"] }])
      assert.doesNotMatch((await workshop.push(args)).stderr, /building/);
  });
});

test("several mistakes are reported together", async () => {
  await withWorkshop({}, async (workshop) => {
    const args = { extraPkgs: ["jqq", "curl.static"], flakeRegistry: "nowhere" };
    workshop.assertRefused(await workshop.push(args), "jqq", "curl has no output", "nowhere");
    const others = { tag: "-", name: "A B", nixConf: { a: "\n" } };
    workshop.assertRefused(await workshop.push(others), "not a tag", "not a name", "newline");
  });
});

test("a value of nixConf is not repeated in a message: it may be secret", async () => {
  await withWorkshop({}, async (workshop) => {
    for (const nixConf of [{ a: "secret\n" }, { a: { b: "secret" } }])
      assert.doesNotMatch((await workshop.push({ nixConf })).stderr, /secret/);
  });
});
