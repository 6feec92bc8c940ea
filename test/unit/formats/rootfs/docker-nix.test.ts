import assert from "node:assert/strict";
import { test } from "node:test";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";
import { group, passwd, shadow } from "../../../../provider/formats/rootfs/accounts.ts";
import { containerConfig } from "../../../../provider/formats/rootfs/container-defaults.ts";
import {
  autoRootName,
  flakeRegistryLink,
} from "../../../../provider/formats/rootfs/flake-registry.ts";
import { manifestNix } from "../../../../provider/formats/rootfs/manifest-nix.ts";
import { nixConf } from "../../../../provider/formats/rootfs/nix-conf.ts";
import { readVectors } from "../../../support/vectors.ts";
import { LIX } from "../../../support/image-user.ts";

const vectors = readVectors<{
  readonly passwdContents: string;
  readonly groupContents: string;
  readonly shadowContents: string;
  readonly nixConfContents: string;
  readonly nixConfContents_withExtra: {
    readonly nixConf: Record<string, string | string[]>;
    readonly text: string;
  };
  readonly manifestNix_twoPackages: string;
  readonly imageConfig: Record<string, unknown>;
  readonly gcrootAuto: { readonly path: string; readonly sha1_nix32: string };
}>("rootfs/docker-nix");

test("passwd, group and shadow are docker.nix's, each with one newline at its end", () => {
  const packages = {
    bashInteractive: StorePath.fromBaseName(
      "1hi9vilq6acmisdia593dw1y5i0cqmpb-bash-interactive-5.2p37",
    ),
    shadow: StorePath.fromBaseName("kvhj5qq8815vkcr4dj8v1l0qi6lzk397-shadow-4.16.0"),
  };
  assert.equal(passwd(packages), `${vectors.passwdContents}\n`);
  assert.equal(group(), `${vectors.groupContents}\n`);
  assert.equal(shadow(), `${vectors.shadowContents}\n`);
});

test("nix.conf is docker.nix's, by default and with settings merged over it", () => {
  assert.equal(nixConf({}), vectors.nixConfContents);
  const { nixConf: settings, text } = vectors.nixConfContents_withExtra;
  assert.equal(nixConf(settings), text);
});

test("manifest.nix is docker.nix's to the byte", () => {
  const system = "x86_64-linux";
  const coreutils = StorePath.fromBaseName("vqcbscy737a07cglgl812jvsvmx55jzy-coreutils-full-9.5");
  const text = manifestNix([
    {
      name: "coreutils-full-9.5",
      system,
      outPath: coreutils,
      out: coreutils,
      install: [coreutils],
      priority: 10,
    },
    {
      name: "curl-8.11.0",
      system,
      outPath: StorePath.fromBaseName("32r6q42nn1k52xfw0lisgpz0g8wr1f0f-curl-8.11.0-bin"),
      out: StorePath.fromBaseName("q3ai991m04m9pchhsdbj8pnlkbrn8wyq-curl-8.11.0"),
      install: [],
      priority: 5,
    },
  ]);
  assert.equal(text, vectors.manifestNix_twoPackages);
});

test("Cmd, Env and Labels are docker.nix's, the labels in their order", () => {
  const { Labels: labels, ...rest } = vectors.imageConfig;
  const config = containerConfig({ version: "2.91.1", revision: undefined });
  const { Labels: ours, ...ourRest } = config;
  assert.deepEqual(ourRest, rest);
  assert.equal(JSON.stringify(ours), JSON.stringify(labels));
});

test("a revision adds one label, in order", () => {
  const { Labels: labels } = containerConfig({ version: "2.91.1", revision: "0123abc" });
  assert.equal(labels["org.opencontainers.image.revision"], "0123abc");
  assert.deepEqual(Object.keys(labels), Object.keys(labels).toSorted());
});

test("the flake registry's root is named for the link's path", () => {
  const link = flakeRegistryLink("/root");
  assert.equal(link, vectors.gcrootAuto.path);
  assert.equal(autoRootName(link), vectors.gcrootAuto.sha1_nix32);
});

const PACKAGES = {
  bashInteractive: StorePath.fromBaseName(`${"0".repeat(32)}-bash`),
  shadow: StorePath.fromBaseName(`${"1".repeat(32)}-shadow`),
};
/** What `after` has and `before` has not. */
const addedTo = (before: string, after: string): string[] =>
  after.split("\n").filter((line) => !before.split("\n").includes(line));

test("another user adds one account and one group, in the order of a Nix attribute set", () => {
  const bash = `${PACKAGES.bashInteractive}/bin/bash`;
  assert.deepEqual(addedTo(passwd(PACKAGES), passwd(PACKAGES, LIX)), [
    `lix:x:1000:1000:Nix user:/home/lix:${bash}`,
  ]);
  assert.ok(passwd(PACKAGES, LIX).startsWith("lix:"));
  assert.deepEqual(addedTo(group(), group(LIX)), ["lix:x:1000:lix"]);
  assert.deepEqual(addedTo(shadow(), shadow(LIX)), ["lix:!:1::::::"]);
  const shell = passwd(PACKAGES, { ...LIX, shell: "/bin/sh" });
  assert.deepEqual(addedTo(passwd(PACKAGES), shell), [
    "lix:x:1000:1000:Nix user:/home/lix:/bin/sh",
  ]);
});

test("a user in an existing group is listed as a member", () => {
  const inRoot = { ...LIX, gid: 0, group: "root" };
  assert.deepEqual(addedTo(group(), group(inRoot)), ["root:x:0:lix,root"]);
});

test("settings for another user are those of NixOS/nix's docker.nix, and a HOME", () => {
  const config = containerConfig({ version: "1", revision: undefined }, LIX);
  assert.equal(config.User, "1000:1000");
  assert.deepEqual(config.Cmd, ["/home/lix/.nix-profile/bin/bash"]);
  const root = containerConfig({ version: "1", revision: undefined });
  assert.deepEqual(
    config.Env.filter((each) => !root.Env.includes(each)),
    [
      "USER=lix",
      "HOME=/home/lix",
      "PATH=/home/lix/.nix-profile/bin:/nix/var/nix/profiles/default/bin:/nix/var/nix/profiles/default/sbin",
      "MANPATH=/home/lix/.nix-profile/share/man:/nix/var/nix/profiles/default/share/man",
      "NIX_PATH=/nix/var/nix/profiles/per-user/lix/channels:/home/lix/.nix-defexpr/channels",
    ],
  );
});

test("a single user builds without a group of builders, unless the program names one", () => {
  assert.match(nixConf({}, LIX), /^build-users-group = $/m);
  assert.match(nixConf({ "build-users-group": "x" }, LIX), /^build-users-group = x$/m);
});
