import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { ImageUser } from "../../../provider/formats/rootfs/image-user.ts";
import { readFiles } from "../../../provider/plan/read-files.ts";
import { hasCode } from "../../support/has-code.ts";
import { directory, file, symlink } from "../../support/listed-store.ts";

const LIX: ImageUser = { ...ImageUser.any, kind: "fixed", name: "lix", gid: 1001, group: "lix" };

test("reads texts, links, directories and sources on disk, sorted by path", () =>
  withTempDir(async (dir) => {
    mkdirSync(join(dir, "tree"));
    writeFileSync(join(dir, "tree", "run"), "#!", { mode: 0o755 });
    symlinkSync("run", join(dir, "tree", "link"));
    const read = await readFiles(
      {
        "/z": { text: "é" },
        "/a": { target: "/b" },
        "/d": { directory: true, mode: "1777" },
        "/s": { source: join(dir, "tree") },
      },
      ImageUser.root,
    );
    assert.deepEqual(read, [
      { path: "/a", tree: Tree.with(symlink("/b"), { mode: undefined }) },
      { path: "/d", tree: Tree.with(directory(), { mode: 0o1777 }) },
      {
        path: "/s",
        tree: Tree.with(directory({ run: file("#!", true), link: symlink("run") }), {
          mode: undefined,
        }),
      },
      { path: "/z", tree: Tree.with(file("é"), { mode: undefined }) },
    ]);
  }));

test("an owner has the names that the image knows; mode and owner have defaults", async () => {
  const owners = async (spec: object, path = "/x"): Promise<unknown> =>
    (await readFiles({ [path]: { text: "", ...spec } }, LIX))[0]?.tree.owner;
  assert.equal(await owners({}), undefined);
  const lix = { uid: 1001, gid: 1001, user: "lix", group: "lix" };
  assert.deepEqual(await owners({ uid: 1001 }), lix);
  assert.deepEqual(await owners({ uid: 5 }), { uid: 5, gid: 0, user: "", group: "root" });
  assert.deepEqual(await owners({ gid: 9 }), { uid: 0, gid: 9, user: "root", group: "" });
  assert.deepEqual(await owners({ gid: 9 }, `${LIX.home}/x`), { ...lix, gid: 9, group: "" });
  assert.deepEqual(await owners({ uid: 65534, gid: 65534 }), {
    uid: 65534,
    gid: 65534,
    user: "nobody",
    group: "nobody",
  });
});

test("the owner of a source directory owns everything in it", () =>
  withTempDir(async (dir) => {
    writeFileSync(join(dir, "x"), "");
    const [read] = await readFiles({ "/s": { source: dir, uid: 0, mode: "0700" } }, LIX);
    assert.deepEqual(
      read?.tree,
      Tree.with(directory({ x: Tree.with(file(""), { owner: ImageUser.owner(ImageUser.root) }) }), {
        owner: ImageUser.owner(ImageUser.root),
        mode: 0o700,
      }),
    );
  }));

test("refuses a source that may not fit into memory, before it reads it", () =>
  withTempDir(async (dir) => {
    writeFileSync(join(dir, "small"), "x");
    writeFileSync(join(dir, "z"), "");
    truncateSync(join(dir, "z"), 128 * 1024 ** 2);
    await assert.rejects(
      readFiles({ "/srv": { source: dir } }, ImageUser.root),
      (error: unknown) =>
        hasCode(error, "SOURCE_UNUSABLE") && /z cannot be .* more than 128 MiB/.test(error.message),
    );
  }));

test("names the argument and the path of a source that cannot be read", () =>
  withTempDir(async (dir) => {
    const source = join(dir, "missing");
    await assert.rejects(
      readFiles({ "/etc/x": { source } }, ImageUser.root),
      (error: unknown) =>
        hasCode(error, "SOURCE_UNUSABLE") &&
        error.message.startsWith(`files["/etc/x"].source: ${source} cannot be imported`),
    );
  }));
