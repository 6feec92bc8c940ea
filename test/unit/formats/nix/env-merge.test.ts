import assert from "node:assert/strict";
import { test } from "node:test";
import { buildEnv } from "../../../../provider/formats/nix/build-env.ts";
import { hasCode } from "../../../support/has-code.ts";
import {
  binX,
  directory,
  file,
  knowsAll,
  packages,
  pathOf,
  shown,
  symlink,
} from "../../../support/listed-store.ts";
import type { TestStore, Wanted } from "../../../support/listed-store.ts";

// Rows of the table that nixpkgs' perl builder was measured with; 27 to 30 are options that
// docker.nix does not use (pathsToLink, ignoreCollisions, extraPrefix).
const TABLE: readonly (readonly [
  behaviour: string,
  store: TestStore,
  wanted: Wanted,
  built: Record<string, string>,
])[] = [
  [
    "1: one package gives one link for each thing at its top",
    { a: directory({ bin: directory({ x: file("") }), lib: directory(), "a.txt": file("") }) },
    ["a"],
    { "a.txt": "a/a.txt", bin: "a/bin", lib: "a/lib" },
  ],
  [
    "2: a directory of two packages is opened, one of a single package is not",
    {
      a: directory({ bin: directory({ x: file("") }), lib: directory() }),
      b: directory({ bin: directory({ y: file("") }) }),
    },
    ["a", "b"],
    { "bin/": "directory", "bin/x": "a/bin/x", "bin/y": "b/bin/y", lib: "a/lib" },
  ],
  [
    "3: directories are opened only as deep as needed",
    {
      a: directory({ share: directory({ man: directory({ man1: directory({ x: file("") }) }) }) }),
      b: directory({
        share: directory({
          man: directory({ man1: directory({ y: file("") }) }),
          doc: directory(),
        }),
      }),
    },
    ["a", "b"],
    {
      "share/": "directory",
      "share/doc": "b/share/doc",
      "share/man/": "directory",
      "share/man/man1/": "directory",
      "share/man/man1/x": "a/share/man/man1/x",
      "share/man/man1/y": "b/share/man/man1/y",
    },
  ],
  [
    "4: of two equal files the first one's is linked",
    { a: binX("same"), b: binX("same") },
    ["b", "a"],
    { "bin/": "directory", "bin/x": "b/bin/x" },
  ],
  ...(
    [
      ["a", ["b", 4]],
      [["b", 4], "a"],
    ] as const
  ).map(
    (wanted, index) =>
      [
        `${7 + index}: a lower priority number wins between files`,
        { a: binX("one"), b: binX("two") },
        [...wanted],
        { "bin/": "directory", "bin/x": "b/bin/x" },
      ] as const,
  ),
  [
    "11: a directory of a better priority replaces a file",
    { a: directory({ x: file("") }), b: directory({ x: directory() }) },
    ["a", ["b", 4]],
    { x: "b/x" },
  ],
  [
    "14: a directory of a worse priority is dropped for a file",
    { a: directory({ x: file("") }), b: directory({ x: directory() }) },
    [["a", 4], "b"],
    { x: "a/x" },
  ],
  [
    "15: names that packages have without meaning the same vanish when merged",
    {
      a: directory({
        "nix-support": directory({ x: file("") }),
        "propagated-build-inputs": file(""),
        lib: directory({ "perllocal.pod": file("a") }),
        share: directory({
          info: directory({ dir: file("a") }),
          mime: directory({ types: file("a"), packages: directory({ x: file("") }) }),
        }),
        sub: directory({ "nix-support": file("") }),
        var: directory({ log: directory() }),
      }),
      b: directory({
        lib: directory(),
        share: directory({ info: directory(), mime: directory({ "mime.cache": file("b") }) }),
        sub: directory(),
        var: directory(),
      }),
    },
    ["a", "b"],
    {
      "lib/": "directory",
      "share/": "directory",
      "share/info/": "directory",
      "share/mime/": "directory",
      "share/mime/packages": "a/share/mime/packages",
      "sub/": "directory",
      "sub/nix-support": "a/sub/nix-support",
      "var/": "directory",
    },
  ],
  [
    "15b: in a directory that stays one link such names stay",
    { a: directory({ info: directory({ dir: file("") }), log: file("") }), b: directory() },
    ["a", "b"],
    { info: "a/info" },
  ],
  [
    "16: dot files at the top are linked",
    { a: directory({ ".hidden": file("") }) },
    ["a"],
    { ".hidden": "a/.hidden" },
  ],
  [
    "17: of a link and what it leads to the real thing is linked",
    { a: directory({ x: symlink(`${pathOf("b")}/x`) }), b: directory({ x: file("b") }) },
    ["a", "b"],
    { x: "b/x" },
  ],
  [
    "18: the real thing stays when the link comes later",
    { a: directory({ x: symlink(`${pathOf("b")}/x`) }), b: directory({ x: file("b") }) },
    ["b", "a"],
    { x: "b/x" },
  ],
  [
    "19: two links to one directory are one link, whatever the priorities",
    {
      a: directory({ x: symlink(`${pathOf("c")}/x`) }),
      b: directory({ x: symlink(`../${"c".repeat(32)}-c/y/../x/.`) }),
      c: directory({ x: directory({ z: file("") }), y: directory() }),
    },
    ["a", ["b", 6]],
    { x: "a/x" },
  ],
  [
    "22: two dangling links to one name are the same",
    { a: directory({ x: symlink("/nope") }), b: directory({ x: symlink("/nope") }) },
    ["a", "b"],
    { x: "a/x" },
  ],
  [
    "31: a link to a directory is merged through the link",
    {
      a: directory({ lib64: directory({ x: file("") }), lib: symlink("lib64") }),
      b: directory({ lib: directory({ y: file("") }) }),
    },
    ["a", "b"],
    { "lib/": "directory", "lib/x": "a/lib/x", "lib/y": "b/lib/y", lib64: "a/lib64" },
  ],
  [
    "32: a directory that is empty in both is an empty directory",
    { a: directory({ x: directory() }), b: directory({ x: directory() }) },
    ["a", "b"],
    { "x/": "directory" },
  ],
  [
    "33: of three priorities in merged directories the lowest number wins",
    { a: binX("a"), b: binX("b"), c: binX("c") },
    [["a", 6], ["b", 4], "c"],
    { "bin/": "directory", "bin/x": "b/bin/x" },
  ],
];

for (const [behaviour, store, wanted, built] of TABLE)
  test(behaviour, () => {
    assert.deepEqual(shown(buildEnv(packages(...wanted), knowsAll(store))), built);
  });

const COLLISIONS: readonly (readonly [string, TestStore, Wanted, reason: RegExp])[] = [
  ["5: other contents", { a: binX("one"), b: binX("two") }, ["a", "b"], /contents differ/],
  [
    "6: the same contents with another exec bit",
    { a: binX("x", true), b: binX("x", false) },
    ["a", "b"],
    /only one of them is executable/,
  ],
  [
    "9: a directory against a file",
    { a: directory({ x: file("") }), b: directory({ x: directory() }) },
    ["a", "b"],
    /only one of them is a directory/,
  ],
  [
    "10: a file against a directory",
    { a: directory({ x: directory() }), b: directory({ x: file("") }) },
    ["a", "b"],
    /only one of them is a directory/,
  ],
  ...([4, 6] as const).map(
    (priority, index) =>
      [
        `${12 + index}: a file of priority ${priority} against a directory of 5`,
        { a: directory({ x: directory() }), b: directory({ x: file("") }) },
        ["a", ["b", priority]],
        /only one of them is a directory/,
      ] as const,
  ),
  [
    "21: a dangling link against a file",
    { a: directory({ x: symlink("/nope") }), b: directory({ x: file("") }) },
    ["a", "b"],
    /dangling/,
  ],
  [
    "two dangling links into a directory that does not exist",
    { a: directory({ x: symlink("/no/pe") }), b: directory({ x: symlink("/no/pe") }) },
    ["a", "b"],
    /dangling/,
  ],
];

for (const [behaviour, store, wanted, reason] of COLLISIONS)
  test(`refuses ${behaviour}, naming both paths and both packages`, () => {
    assert.throws(
      () => buildEnv(packages(...wanted), knowsAll(store)),
      (error) => {
        assert.ok(hasCode(error, "BUILD_ENV_COLLISION"));
        assert.match(error.message, reason);
        for (const name of ["a", "b"])
          assert.match(error.message, new RegExp(`${pathOf(name)}/\\S+ \\(${name}-1\\.0\\)`));
        return true;
      },
    );
  });

test("34: refuses a collision inside a directory that was merged before", () => {
  const store = { a: binX("a"), b: directory({ bin: directory({ y: file("") }) }), c: binX("c") };
  assert.throws(() => buildEnv(packages("a", "b", "c"), knowsAll(store)), {
    code: "BUILD_ENV_COLLISION",
  });
});

test("20: keeps a dangling link and warns of it", () => {
  const store = { a: directory({ x: symlink("/nope"), y: symlink("z"), z: file("") }) };
  const result = buildEnv(packages("a"), knowsAll(store));
  assert.deepEqual(shown(result), { x: "a/x", y: "a/y", z: "a/z" });
  assert.deepEqual(result.kind === "built" && result.warnings, [
    `x: ${pathOf("a")}/x (a-1.0) links to /nope, which does not exist`,
  ]);
});

test("20b: does not look for dangling links in a directory that stays one link", () => {
  const store = { a: directory({ d: directory({ x: symlink("/nope") }) }) };
  const result = buildEnv(packages("a"), knowsAll(store));
  assert.deepEqual(result.kind === "built" && result.warnings, []);
});
