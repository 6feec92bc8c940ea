import assert from "node:assert/strict";
import { test } from "node:test";
import {
  layerTree,
  type LayerNode,
  type LayerTreeInput,
} from "../../../../provider/formats/layer/layer-tree.ts";
import { Owner } from "../../../../provider/base/owner.ts";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";
import { Tree } from "../../../../provider/formats/nix/tree.ts";

const A = StorePath.parse("/nix/store/00000000000000000000000000000000-a");
const B = StorePath.parse("/nix/store/11111111111111111111111111111111-b");
const SQLITE = Buffer.from("SQLite format 3");

/** `mode path` of every node, depth first. */
function listed(input: LayerTreeInput): string[] {
  const walk = (path: string, node: LayerNode): string[] => [
    `${node.kind === "store path" || node.kind === "generated path" ? "----" : node.mode.toString(8).padStart(4, "0")} ${path || "/"}` +
      (node.kind === "symlink" ? ` -> ${node.target}` : ""),
    ...(node.kind === "directory"
      ? [...node.entries].sort().flatMap(([name, child]) => walk(`${path}/${name}`, child))
      : []),
  ];
  return walk("", layerTree(input));
}

test("a layer of packages has made-up parents of mode 0755", () => {
  assert.deepEqual(listed({ storePaths: [A] }), [
    "0755 /",
    "0755 /nix",
    "0755 /nix/store",
    `---- ${A}`,
  ]);
});

test("the base system keeps the modes of the store, except for the root and paths with /tmp", () => {
  const baseSystem = Tree.directory({
    etc: Tree.directory({ passwd: Tree.file("x"), script: Tree.file("x", true) }),
    link: Tree.symlink("etc"),
    tmp: Tree.directory(),
    var: Tree.directory({
      tmp: Tree.directory({ inside: Tree.file("x") }),
      tmpdir: Tree.symlink("tmp"),
      notmp: Tree.directory(),
    }),
  });
  assert.deepEqual(listed({ storePaths: [], baseSystem }), [
    "0755 /",
    "0555 /etc",
    "0444 /etc/passwd",
    "0555 /etc/script",
    "0777 /link -> etc",
    "1777 /tmp",
    "0555 /var",
    "0555 /var/notmp",
    "1777 /var/tmp",
    "1777 /var/tmp/inside",
    "1777 /var/tmpdir -> tmp",
  ]);
});

const DATABASE = [
  "0755 /",
  "0755 /nix",
  "0755 /nix/store",
  "0755 /nix/store/.links",
  "0755 /nix/var",
  "0755 /nix/var/nix",
  "0755 /nix/var/nix/db",
  "0755 /nix/var/nix/db/db.sqlite",
  "0755 /nix/var/nix/gcroots",
  "0755 /nix/var/nix/gcroots/docker",
  `0755 /nix/var/nix/gcroots/docker/${StorePath.baseName(A)} -> ${A}`,
  `0755 /nix/var/nix/gcroots/docker/${StorePath.baseName(B)} -> ${B}`,
];

test("everything of the database is 0755, its links too, and every path has a root", () => {
  const database = { sqlite: SQLITE, gcRoots: [B, A] };
  assert.deepEqual(listed({ storePaths: [], database }), DATABASE);
});

test("merged, a directory of both has the database's mode, other entries keep their own", () => {
  const baseSystem = Tree.directory({
    nix: Tree.directory({
      var: Tree.directory({
        nix: Tree.directory({
          gcroots: Tree.directory({ profiles: Tree.symlink("/nix/var/nix/profiles") }),
          profiles: Tree.directory(),
        }),
      }),
    }),
    root: Tree.directory(),
  });
  const database = { sqlite: SQLITE, gcRoots: [B, A] };
  assert.deepEqual(
    listed({ storePaths: [A], baseSystem, database }),
    [
      ...DATABASE,
      `---- ${A}`,
      "0777 /nix/var/nix/gcroots/profiles -> /nix/var/nix/profiles",
      "0555 /nix/var/nix/profiles",
      "0555 /root",
    ].sort((a, b) => (a.slice(5) < b.slice(5) ? -1 : 1)),
  );
});

test("refuses two files of one path, and a file where a directory must be", () => {
  const nix = Tree.directory({ nix: Tree.file("") });
  assert.throws(() => layerTree({ storePaths: [A, A] }), { code: "LAYER_CONFLICT" });
  assert.throws(() => layerTree({ storePaths: [A], baseSystem: nix }), { code: "LAYER_CONFLICT" });
});

const LIX: Owner = { uid: 1000, gid: 100, user: "lix", group: "users" };

/** `user path` of every node that root does not own, depth first. */
function ownedByOthers(input: LayerTreeInput): string[] {
  const walk = (path: string, node: LayerNode): string[] => [
    ...(Owner.equals(node.owner, Owner.root) ? [] : [`${node.owner.user} ${path || "/"}`]),
    ...(node.kind === "directory"
      ? [...node.entries].sort().flatMap(([name, child]) => walk(`${path}/${name}`, child))
      : []),
  ];
  return walk("", layerTree(input));
}

test("the store's owner has /nix and all that is in it, and nothing else", () => {
  const baseSystem = Tree.directory({
    etc: Tree.directory({ passwd: Tree.file("x") }),
    nix: Tree.directory({ var: Tree.directory({ link: Tree.symlink("x") }) }),
    nixos: Tree.directory(),
  });
  const database = { sqlite: SQLITE, gcRoots: [A] };
  assert.deepEqual(ownedByOthers({ storePaths: [A], baseSystem, database, storeOwner: LIX }), [
    "lix /nix",
    "lix /nix/store",
    "lix /nix/store/.links",
    `lix ${A}`,
    "lix /nix/var",
    "lix /nix/var/link",
    "lix /nix/var/nix",
    "lix /nix/var/nix/db",
    "lix /nix/var/nix/db/db.sqlite",
    "lix /nix/var/nix/gcroots",
    "lix /nix/var/nix/gcroots/docker",
    `lix /nix/var/nix/gcroots/docker/${StorePath.baseName(A)}`,
  ]);
  assert.deepEqual(ownedByOthers({ storePaths: [A], baseSystem, database }), []);
});

test("a mode and owner that the tree names are those of the layer", () => {
  const home = Tree.with(Tree.directory({ ".profile": Tree.file("x") }), {
    owner: LIX,
    mode: 0o700,
  });
  const secret = Tree.with(Tree.file("x"), { mode: 0o400 });
  const baseSystem = Tree.directory({
    home: Tree.directory({ lix: home }),
    etc: Tree.directory({ secret }),
  });
  assert.deepEqual(ownedByOthers({ storePaths: [], baseSystem }), ["lix /home/lix"]);
  assert.deepEqual(
    listed({ storePaths: [], baseSystem }).filter((line) => /lix$|secret/.test(line)),
    ["0400 /etc/secret", "0700 /home/lix"],
  );
});

test("where the group writes, the store's own directories and its database let it", () => {
  const database = { sqlite: SQLITE, gcRoots: [] };
  const storeOwner = { ...Owner.root, groupWrites: true };
  const etc = Tree.directory({ etc: Tree.directory() });
  assert.deepEqual(listed({ storePaths: [A], baseSystem: etc, database, storeOwner }), [
    "0755 /",
    "0555 /etc",
    "0775 /nix",
    "0775 /nix/store",
    "0775 /nix/store/.links",
    `---- ${A}`,
    "0775 /nix/var",
    "0775 /nix/var/nix",
    "0775 /nix/var/nix/db",
    "0775 /nix/var/nix/db/db.sqlite",
    "0775 /nix/var/nix/gcroots",
    "0775 /nix/var/nix/gcroots/docker",
  ]);
});

test("only paths that must be kept have a garbage collector root", () => {
  const links = listed({ storePaths: [], database: { sqlite: SQLITE, gcRoots: [B] } });
  assert.deepEqual(
    links.filter((line) => line.includes("->")),
    [`0755 /nix/var/nix/gcroots/docker/${StorePath.baseName(B)} -> ${B}`],
  );
});
