import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { nixbase32 } from "../../../../provider/formats/nix/nixbase32.ts";
import type { Tree } from "../../../../provider/formats/nix/tree.ts";
import { baseSystemTree } from "../../../../provider/formats/rootfs/base-system.ts";
import type { BaseSystemParts } from "../../../../provider/formats/rootfs/base-system.ts";
import { channelTree } from "../../../../provider/formats/rootfs/channel-tree.ts";
import { flakeRegistryTarget } from "../../../../provider/formats/rootfs/flake-registry.ts";
import { ImageUser } from "../../../../provider/formats/rootfs/image-user.ts";
import { directory, file, pathOf, symlink } from "../../../support/listed-store.ts";
import { LIX } from "../../../support/image-user.ts";

const PARTS: BaseSystemParts = {
  user: ImageUser.root,
  generationLinks: "absolute",
  userEnvironment: pathOf("user-environment"),
  channel: pathOf("channel-nixpkgs"),
  bashInteractive: pathOf("bash"),
  shadow: pathOf("shadow"),
  coreutils: pathOf("coreutils"),
  nixConf: "sandbox = false\n",
  channelName: "$HOME",
  channelUrl: 'https://x.example/"a"',
  flakeRegistry: undefined,
};

/** One line an entry: `path/`, `path -> target`, `path: text` (its first line). */
function lines(tree: Tree, path = ""): string[] {
  switch (tree.kind) {
    case "symlink":
      return [`${path} -> ${tree.target}`];
    case "regular":
      return [`${path}: ${Buffer.from(tree.contents).toString().split("\n", 1).join("")}`];
    case "directory":
      return [
        `${path}/`,
        ...[...tree.entries].flatMap(([name, node]) => lines(node, `${path}/${name}`)),
      ];
  }
}

test("is docker.nix's root directory, but for the links and texts of docs/decisions/0001-deviations.md", () => {
  assert.deepEqual(lines(baseSystemTree(PARTS)).sort(), [
    "/",
    "/bin/",
    `/bin/sh -> ${pathOf("bash")}/bin/bash`,
    "/etc/",
    "/etc/group: nixbld:x:30000:nixbld1,nixbld10,nixbld11,nixbld12,nixbld13,nixbld14,nixbld15,nixbld16,nixbld17,nixbld18,nixbld19,nixbld2,nixbld20,nixbld21,nixbld22,nixbld23,nixbld24,nixbld25,nixbld26,nixbld27,nixbld28,nixbld29,nixbld3,nixbld30,nixbld31,nixbld32,nixbld4,nixbld5,nixbld6,nixbld7,nixbld8,nixbld9",
    "/etc/nix/",
    "/etc/nix/nix.conf: sandbox = false",
    "/etc/passwd: nixbld1:x:30001:30000:Nix build user 1:/var/empty:/bin/false",
    "/etc/shadow: nixbld1:!:1::::::",
    "/etc/ssl/",
    "/etc/ssl/certs/",
    "/etc/ssl/certs/ca-bundle.crt -> /nix/var/nix/profiles/default/etc/ssl/certs/ca-bundle.crt",
    "/nix/",
    "/nix/var/",
    "/nix/var/nix/",
    "/nix/var/nix/gcroots/",
    "/nix/var/nix/gcroots/profiles -> /nix/var/nix/profiles",
    "/nix/var/nix/profiles/",
    "/nix/var/nix/profiles/default -> /nix/var/nix/profiles/default-1-link",
    `/nix/var/nix/profiles/default-1-link -> ${pathOf("user-environment")}`,
    "/nix/var/nix/profiles/per-user/",
    "/nix/var/nix/profiles/per-user/root/",
    "/nix/var/nix/profiles/per-user/root/channels -> /nix/var/nix/profiles/per-user/root/channels-1-link",
    `/nix/var/nix/profiles/per-user/root/channels-1-link -> ${pathOf("channel-nixpkgs")}`,
    "/root/",
    // No shell expands or unquotes it.
    '/root/.nix-channels: https://x.example/"a" $HOME',
    "/root/.nix-defexpr/",
    "/root/.nix-defexpr/channels -> /nix/var/nix/profiles/per-user/root/channels",
    "/root/.nix-profile -> /nix/var/nix/profiles/default",
    "/tmp/",
    "/usr/",
    "/usr/bin/",
    `/usr/bin/env -> ${pathOf("coreutils")}/bin/env`,
    // It dangles there.
    "/usr/share -> /nix/var/nix/profiles/default/share",
    "/var/",
    "/var/tmp/",
  ]);
});

test("a flake registry adds its link and its root, and nothing else", () => {
  const without = lines(baseSystemTree(PARTS));
  const withRegistry = lines(baseSystemTree({ ...PARTS, flakeRegistry: pathOf("registry.json") }));
  assert.deepEqual(withRegistry.filter((line) => !without.includes(line)).sort(), [
    "/nix/var/nix/gcroots/auto/",
    "/nix/var/nix/gcroots/auto/2m8wm8j83xbdp2b6wmrgd0bgy8qd4r75 -> /root/.cache/nix/flake-registry.json",
    "/root/.cache/",
    "/root/.cache/nix/",
    `/root/.cache/nix/flake-registry.json -> ${pathOf("registry.json")}`,
  ]);
});

test("a registry is a file, or a directory that holds the file", () => {
  const path = pathOf("registry");
  assert.equal(flakeRegistryTarget(path, file("{}")), path);
  assert.equal(flakeRegistryTarget(path, symlink("x")), path);
  const holding = directory({ "flake-registry.json": file("{}") });
  assert.equal(flakeRegistryTarget(path, holding), `${path}/flake-registry.json`);
  assert.throws(() => flakeRegistryTarget(path, directory()), { code: "NO_FLAKE_REGISTRY" });
});

test("the channel links nixpkgs, or is an empty directory", () => {
  const nixpkgs = pathOf("nixpkgs");
  assert.deepEqual(lines(channelTree(nixpkgs)), [
    "/",
    `/nixpkgs -> ${nixpkgs}`,
    "/manifest.nix: []",
  ]);
  assert.deepEqual(lines(channelTree(undefined)), ["/"]);
});

const LIX_WITH_SH: ImageUser = { ...LIX, shell: "/bin/sh" };

/** `mode owner path` of what a tree says of itself, by path; and where links lead. */
function stated(tree: Tree, path = ""): string[] {
  const { mode, owner } = tree;
  const own = mode === undefined && owner === undefined ? [] : [mode?.toString(8), owner?.user];
  const lead = tree.kind === "symlink" && path.includes("profiles") ? ` -> ${tree.target}` : "";
  const line = own.length === 0 && lead === "" ? [] : [`${own.join(" ")} ${path}${lead}`.trim()];
  if (tree.kind !== "directory") return line;
  return [...line, ...[...tree.entries].flatMap(([name, node]) => stated(node, `${path}/${name}`))];
}

test("a user has its home, and may write wherever Nix does", () => {
  const tree = baseSystemTree({ ...PARTS, user: LIX_WITH_SH, generationLinks: "relative" });
  assert.deepEqual(stated(tree).sort(), [
    "/nix/var/nix/gcroots/profiles -> /nix/var/nix/profiles",
    "/nix/var/nix/profiles/default -> default-1-link",
    `/nix/var/nix/profiles/default-1-link -> ${pathOf("user-environment")}`,
    "/nix/var/nix/profiles/per-user/lix/channels -> channels-1-link",
    `/nix/var/nix/profiles/per-user/lix/channels-1-link -> ${pathOf("channel-nixpkgs")}`,
    "600  /nix/var/nix/db/big-lock",
    "600  /nix/var/nix/gc.lock",
    "644 lix /home/lix/.nix-channels",
    "755  /nix/var",
    "755  /nix/var/log",
    "755  /nix/var/log/nix",
    "755  /nix/var/log/nix/drvs",
    "755  /nix/var/nix",
    "755  /nix/var/nix/db",
    "755  /nix/var/nix/gc-socket",
    "755  /nix/var/nix/gcroots",
    "755  /nix/var/nix/gcroots/auto",
    "755  /nix/var/nix/gcroots/per-user",
    "755  /nix/var/nix/profiles",
    "755  /nix/var/nix/profiles/per-user",
    "755  /nix/var/nix/profiles/per-user/lix",
    "755  /nix/var/nix/temproots",
    "755 lix /home/lix",
    "755 lix /home/lix/.nix-defexpr",
    "lix /home/lix/.nix-defexpr/channels",
    "lix /home/lix/.nix-profile",
  ]);
});

test("a home with a name that is not ASCII is there under that name's bytes", () => {
  const tree = baseSystemTree({
    ...PARTS,
    user: { ...LIX, home: "/srv/\u{1f600}" },
    flakeRegistry: "/x",
  });
  const shown = lines(tree).join("\n");
  const home = "/srv/\xf0\x9f\x98\x80";
  assert.ok(shown.includes(`${home}/.nix-channels: `), shown);
  const root = createHash("sha1").update("/srv/\u{1f600}/.cache/nix/flake-registry.json").digest();
  assert.ok(
    shown.includes(`/auto/${nixbase32.encode(root)} -> ${home}/.cache/nix/flake-registry.json`),
  );
});

test("a user that the cluster chooses has a skeleton in place of a home, and its group may write", () => {
  const flakeRegistry = pathOf("registry.json");
  const parts = { ...PARTS, user: ImageUser.any, flakeRegistry };
  const all = lines(baseSystemTree({ ...parts, generationLinks: "relative" }));
  const without = lines(baseSystemTree(PARTS));
  const added = all.filter((line) => !without.includes(line) && !line.startsWith("/etc/group"));
  assert.deepEqual(added.sort(), [
    `/bin/with-home: #!${pathOf("bash")}/bin/bash`,
    "/etc/lix-image/",
    '/etc/lix-image/make-home.sh: if [ "${BASH_ENV-}" = /etc/lix-image/make-home.sh ]; then unset BASH_ENV; fi',
    "/etc/skel/",
    "/etc/skel/.cache/",
    "/etc/skel/.cache/nix/",
    `/etc/skel/.cache/nix/flake-registry.json -> ${flakeRegistry}`,
    '/etc/skel/.nix-channels: https://x.example/"a" $HOME',
    "/etc/skel/.nix-defexpr/",
    "/etc/skel/.nix-defexpr/channels -> /nix/var/nix/profiles/channels",
    "/etc/skel/.nix-profile -> /nix/var/nix/profiles/default",
    "/home/",
    "/nix/var/nix/gcroots/auto/",
    "/nix/var/nix/gcroots/auto/0vzq5qw8iag0j2b35r7kn1v2r3l9ay18 -> /etc/skel/.cache/nix/flake-registry.json",
    "/nix/var/nix/profiles/channels -> channels-1-link",
    `/nix/var/nix/profiles/channels-1-link -> ${pathOf("channel-nixpkgs")}`,
    "/nix/var/nix/profiles/default -> default-1-link",
  ]);
  const modes = stated(baseSystemTree({ ...parts, generationLinks: "relative" }));
  assert.ok(modes.includes("775 root /home"));
  assert.ok(modes.includes("775  /nix/var/nix/profiles"));
  // Lix changes its mode when it opens the store, so it has to be the user's own.
  assert.ok(!all.some((line) => line.includes("per-user")));
});
