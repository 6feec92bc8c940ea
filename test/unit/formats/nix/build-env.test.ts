import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ByteString } from "../../../../provider/base/byte-string.ts";
import { buildEnv } from "../../../../provider/formats/nix/build-env.ts";
import type { Listing } from "../../../../provider/formats/nix/listing.ts";
import type { Directory } from "../../../../provider/formats/nix/tree.ts";
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

// Rows of the table of env-merge.test.ts that are about which packages are merged.
const TABLE: readonly (readonly [
  behaviour: string,
  store: TestStore,
  wanted: Wanted,
  built: Record<string, string>,
])[] = [
  [
    "23: what the first line of propagated-user-env-packages names is added, and no other line",
    {
      a: directory({
        "nix-support": directory({
          "propagated-user-env-packages": file(
            ` ${pathOf("c")}\t${pathOf("b")} \n${pathOf("d")}\n`,
          ),
        }),
      }),
      b: binX("b"),
      c: directory({ lib: directory() }),
      d: directory({ share: directory() }),
    },
    ["a"],
    { bin: "b/bin", lib: "c/lib" },
  ],
  [
    "25: a package that does not exist is skipped",
    { a: binX("") },
    ["a", "gone"],
    { bin: "a/bin" },
  ],
  [
    "26: a package given twice counts once, with its first priority",
    { a: binX("a"), b: binX("b") },
    [["a", 6], "b", ["a", 1]],
    { "bin/": "directory", "bin/x": "b/bin/x" },
  ],
  ["38: no package gives an empty directory", {}, [], {}],
];

for (const [behaviour, store, wanted, built] of TABLE)
  test(behaviour, () => {
    assert.deepEqual(shown(buildEnv(packages(...wanted), knowsAll(store))), built);
  });

for (const [what, root] of [
  ["a file", file("")],
  ["a link to a file", symlink(`${pathOf("b")}/bin/x`)],
] as const)
  test(`24: refuses a package that is ${what}`, () => {
    assert.throws(
      () => buildEnv(packages("a"), knowsAll({ a: root, b: binX("") })),
      (error) => hasCode(error, "PACKAGE_IS_NO_DIRECTORY") && error.message.includes("(a-1.0)"),
    );
  });

/** A package that wants `others` installed, and has more at its top. */
const propagating = (others: readonly string[], more?: Directory): Directory => {
  const wanted = file(others.map(pathOf).join(" "));
  const support = directory({ "propagated-user-env-packages": wanted });
  return directory({ ...Object.fromEntries(more?.entries ?? []), "nix-support": support });
};

test("propagated packages never collide: earlier rounds and paths win", () => {
  const store = {
    a: propagating(["c", "b"], binX("a")),
    b: directory({ bin: directory({ x: file("b"), y: file("b") }) }),
    c: propagating(
      ["d"],
      directory({ bin: directory({ x: file("c"), y: file("c"), z: file("c") }) }),
    ),
    d: directory({ bin: directory({ z: file("d"), w: file("d") }) }),
  };
  assert.deepEqual(shown(buildEnv(packages("a"), knowsAll(store))), {
    "bin/": "directory",
    "bin/w": "d/bin/w",
    "bin/x": "a/bin/x",
    "bin/y": "b/bin/y",
    "bin/z": "c/bin/z",
  });
});

test("refuses a propagated package that is not in the closure, naming who wants it", () => {
  assert.throws(
    () => buildEnv(packages("a"), knowsAll({ a: propagating(["b"]) })),
    (error) =>
      hasCode(error, "PACKAGE_IS_NO_DIRECTORY") && /propagated by a-1\.0/.test(error.message),
  );
});

test("reads what a package propagates through a link to another package's file", () => {
  const store = {
    a: directory({ "nix-support": symlink(`${pathOf("b")}/nix-support`) }),
    b: propagating(["c"]),
    c: binX(""),
  };
  assert.deepEqual(shown(buildEnv(packages("a"), knowsAll(store))), { bin: "c/bin" });
});

test("refuses to guess what a package propagates by a file whose text is not kept", () => {
  const support = { other: file("text"), "propagated-user-env-packages": symlink("other") };
  const store = { a: directory({ "nix-support": directory(support) }) };
  assert.throws(() => buildEnv(packages("a"), knowsAll(store)), { code: "PROPAGATION_UNREADABLE" });
});

test("compares as many digits of a hash as both listings have", () => {
  const sha256 = createHash("sha256").update("same").digest("hex");
  const whole: Listing = {
    root: {
      kind: "directory",
      entries: new Map([["x", { kind: "regular", executable: false, size: 4, sha256 }]]),
    },
    propagatedUserEnvPackages: undefined,
  };
  for (const [text, outcome] of [
    ["same", "built"],
    ["else", "refused"],
  ] as const) {
    const all = knowsAll({ a: directory({ x: file(text) }) });
    const build = (): unknown =>
      buildEnv(packages("a", "b"), (path) => (path === pathOf("b") ? whole : all(path)));
    if (outcome === "refused") assert.throws(build, { code: "BUILD_ENV_COLLISION" });
    else assert.doesNotThrow(build);
  }
});

test("keeps names that are not UTF-8", () => {
  const name = ByteString.fromBytes(Buffer.from([0x66, 0xff]));
  const result = buildEnv(packages("a"), knowsAll({ a: directory({ [name]: file("") }) }));
  assert.deepEqual(shown(result), { [name]: `a/${name}` });
});

test("asks for all packages' listings at once, then for those that links lead to", () => {
  const all = knowsAll({
    a: propagating(["d"], directory({ x: symlink(`${pathOf("c")}/x`) })),
    b: directory({ x: file("b") }),
    c: directory({ x: file("b") }),
    d: binX(""),
  });
  const known = new Set<string>();
  const rounds: string[][] = [];
  for (;;) {
    const result = buildEnv(packages("b", "a"), (path) =>
      known.has(path) ? all(path) : "unknown",
    );
    if (result.kind === "built") {
      assert.deepEqual(shown(result), { bin: "d/bin", x: "b/x" });
      break;
    }
    rounds.push(result.paths.map((path) => path.slice(44)));
    for (const path of result.paths) known.add(path);
  }
  assert.deepEqual(rounds, [
    ["a", "b"],
    ["c", "d"],
  ]);
});

test("asks for no listing for a mere warning", () => {
  const all = knowsAll({ a: directory({ x: symlink(`${pathOf("b")}/x`) }) });
  const result = buildEnv(packages("a"), (path) => (path === pathOf("b") ? "unknown" : all(path)));
  assert.deepEqual(shown(result), { x: "a/x" });
});

test("does not report a collision that a listing still to come may settle", () => {
  const all = knowsAll({ a: binX("a"), b: binX("b"), c: binX("c") });
  const result = buildEnv(packages(["c", 4], "a", "b"), (path) =>
    path === pathOf("c") ? "unknown" : all(path),
  );
  assert.deepEqual(result, { kind: "needs", paths: [pathOf("c")] });
});
