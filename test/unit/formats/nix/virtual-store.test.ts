import assert from "node:assert/strict";
import { test } from "node:test";
import { UnknownListing, VirtualStore } from "../../../../provider/formats/nix/virtual-store.ts";
import { directory, file, knowsAll, pathOf, symlink } from "../../../support/listed-store.ts";

const A = pathOf("a");
const B = pathOf("b");
const store = VirtualStore.over(
  knowsAll({
    a: directory({
      dir: directory({ file: file("x", true), up: symlink("../other") }),
      other: directory({ deep: file("y") }),
      relative: symlink("./dir//file"),
      absolute: symlink(`${B}/link/deep`),
      loop: symlink("loop"),
      climbs: symlink("../../../../../../nix/store"),
      outside: symlink("/etc/passwd"),
      dangling: symlink("missing"),
      "through-file": symlink("dir/file/x"),
    }),
    b: directory({ link: symlink(`${A}/dir/up`) }),
    c: symlink(A),
  }),
);

for (const [path, realPath, kind] of [
  [`${A}/dir/file`, `${A}/dir/file`, "regular"],
  [`${A}/relative`, `${A}/dir/file`, "regular"],
  [`${A}/absolute`, `${A}/other/deep`, "regular"],
  [`${A}/dir/up`, `${A}/other`, "directory"],
  [`${pathOf("c")}/dir/../relative`, `${A}/dir/file`, "regular"],
  [`${A}/climbs`, "/nix/store", "directory"],
  [`${A}/dangling`, `${A}/missing`, undefined],
  [`${A}/loop`, undefined, undefined],
  [`${A}/through-file`, undefined, undefined],
  [`${A}/missing/../dir`, undefined, undefined],
  [`${A}/outside`, undefined, undefined],
  ["/nope", "/nope", undefined],
  ["/nix/store/not-a-store-path", "/nix/store/not-a-store-path", undefined],
  [pathOf("d"), pathOf("d"), undefined],
] as const)
  test(`${path.replace(/\/nix\/store\/.{32}-/, "")} leads to ${realPath ?? "nothing"}`, () => {
    assert.equal(store.realPath(path), realPath);
    assert.equal(store.stat(path)?.kind, kind);
  });

test("lstat sees a link itself, but follows those on the way", () => {
  assert.deepEqual(store.lstat(`${B}/link`), { kind: "symlink", target: `${A}/dir/up` });
  assert.equal(store.lstat(`${B}/link/deep`)?.kind, "regular");
  assert.equal(store.lstat(`${B}/link/missing`), undefined);
  assert.equal(store.lstat(`${B}/missing/link`), undefined);
  assert.equal(store.lstat("/")?.kind, "directory");
});

test("names the path whose listing it would have to guess", () => {
  const blind = VirtualStore.over(() => "unknown");
  assert.throws(
    () => blind.stat(`${A}/bin`),
    (error) => error instanceof UnknownListing && error.storePath === A,
  );
});
