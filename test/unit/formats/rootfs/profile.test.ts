import assert from "node:assert/strict";
import { test } from "node:test";
import { makeProfile } from "../../../../provider/formats/rootfs/profile.ts";
import type { ProfilePackage } from "../../../../provider/formats/rootfs/manifest-nix.ts";
import {
  binX,
  directory,
  file,
  knowsAll,
  pathOf,
  shown,
  symlink,
} from "../../../support/listed-store.ts";
import type { TestStore } from "../../../support/listed-store.ts";

const MANIFEST = pathOf("manifest.nix");

const installing = (...outputs: readonly string[]): ProfilePackage => ({
  name: "a-1",
  system: "x86_64-linux",
  outPath: pathOf("a"),
  out: pathOf("a"),
  install: outputs.map(pathOf),
  priority: 5,
});

const profile = (store: TestStore, ...outputs: readonly string[]): Record<string, string> =>
  shown(makeProfile([installing(...outputs)], MANIFEST, knowsAll(store)));

test("links each package's installed outputs and the manifest", () => {
  const store = { a: binX(""), b: directory({ share: directory({ man: directory() }) }) };
  assert.deepEqual(profile(store, "a", "b"), {
    bin: "a/bin",
    share: "b/share",
    "manifest.nix": "manifest.nix",
  });
});

test("drops dot names at the top, which the shell's * does not match, and keeps those below", () => {
  const hidden = { ".hidden": file(""), bin: directory({ ".x": file("") }) };
  assert.deepEqual(profile({ a: directory(hidden), b: binX("") }, "a", "b"), {
    "bin/": "directory",
    "bin/.x": "a/bin/.x",
    "bin/x": "b/bin/x",
    "manifest.nix": "manifest.nix",
  });
});

test("puts the manifest in the place of a package's own file or dangling link of that name", () => {
  for (const own of [file(""), symlink("/nope")])
    assert.deepEqual(profile({ a: directory({ "manifest.nix": own }) }, "a"), {
      "manifest.nix": "manifest.nix",
    });
});

test("refuses a package whose manifest.nix is a directory or leads to one", () => {
  for (const own of [directory(), symlink("bin")])
    assert.throws(() => profile({ a: directory({ "manifest.nix": own, bin: directory() }) }, "a"), {
      code: "MANIFEST_IS_DIRECTORY",
    });
  const merged = directory({ "manifest.nix": directory() });
  assert.throws(() => profile({ a: merged, b: merged }, "a", "b"), {
    code: "MANIFEST_IS_DIRECTORY",
  });
});

test("needs the listing that a package's manifest.nix leads to", () => {
  const all = knowsAll({ a: directory({ "manifest.nix": symlink(`${pathOf("b")}/x`) }) });
  const result = makeProfile([installing("a")], MANIFEST, (path) =>
    path === pathOf("b") ? "unknown" : all(path),
  );
  assert.deepEqual(result, { kind: "needs", paths: [pathOf("b")] });
});

test("refuses a profile without anything in it", () => {
  assert.throws(() => profile({}), { code: "EMPTY_PROFILE" });
  assert.throws(() => profile({ a: directory({ ".hidden": file("") }) }, "a"), {
    code: "EMPTY_PROFILE",
  });
});
