import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { Bytes } from "../../../provider/base/bytes.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { NarUnwritable, writeNar } from "../../../provider/formats/nix/nar-writer.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { narOfTarball } from "../../../provider/substituter/tarball.ts";
import {
  DamagedCompression,
  UnsupportedCompression,
} from "../../../provider/compression/decompress-errors.ts";
import { hasCode } from "../../support/has-code.ts";
import { pax, tarOf, type TarPart } from "../../support/tar.ts";

const narOf = async (tar: Uint8Array, limit?: number): Promise<Buffer> =>
  Buffer.from(
    await Bytes.collect(narOfTarball(Bytes.of(tar), { label: "https://x/src.tar.gz", limit })),
  );
const same = async (parts: readonly TarPart[], tree: Tree): Promise<void> =>
  assert.deepEqual(await narOf(tarOf(...parts)), Buffer.from(writeNar(tree)));

test("the one top folder is taken off, and entries are sorted by bytes", async () => {
  await same(
    [
      pax({ comment: "0123456789abcdef" }, "g"),
      { name: "src-1/", type: "5" },
      { name: "src-1/b", contents: "second" },
      { name: "src-1/a.b", contents: "third", mode: 0o755 },
      { name: "src-1/a/", type: "5" },
      { name: "src-1/a/x", type: "2", target: "../b" },
      { name: "src-1/B", contents: "" },
      { name: "src-1/\xff\x80", contents: "wild" },
    ],
    Tree.directory({
      b: Tree.file("second"),
      "a.b": Tree.file("third", true),
      a: Tree.directory({ x: Tree.symlink("../b") }),
      B: Tree.file(""),
      "\xff\x80": Tree.file("wild"),
    }),
  );
});

test("only the owner's bit makes a file executable", async () => {
  const modes = [0o654, 0o611, 0o100, 0o4755].map((mode) => ({ name: `s/${mode}`, mode }));
  const entries = modes.map(({ mode }) => [String(mode), Tree.file("", (mode & 0o100) !== 0)]);
  await same(modes, Tree.directory(Object.fromEntries(entries)));
});

test("a hard link is a copy of the file before it", async () => {
  await same(
    [
      { name: "./s/f", contents: "one", mode: 0o755 },
      { name: "./s/h", type: "1", target: "./s/f" },
      { name: "./s/f", contents: "two" },
      { name: "./s/l", type: "2", target: "f" },
      { name: "./s/hl", type: "1", target: "s/l" },
    ],
    Tree.directory({
      f: Tree.file("two"),
      h: Tree.file("one", true),
      l: Tree.symlink("f"),
      hl: Tree.symlink("f"),
    }),
  );
});

test("directories need not be named before what is in them", async () => {
  await same(
    [
      { name: "./", type: "5" },
      { name: "s//a/./b", contents: "x" },
      { name: "s/a", type: "5" },
    ],
    Tree.directory({ a: Tree.directory({ b: Tree.file("x") }) }),
  );
});

test("the bytes decide the compression, and an unsupported one is named", async () => {
  const tar = tarOf({ name: "s/f", contents: "x".repeat(5000) });
  const nar = await narOf(tar);
  assert.deepEqual(await narOf(gzipSync(tar)), nar);
  assert.deepEqual(
    await narOf(Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))])),
    nar,
  );
  assert.deepEqual(await narOf(zstdCompressSync(tar)), nar);
  await assert.rejects(narOf(gzipSync(tar).subarray(0, 60)), DamagedCompression);
  await assert.rejects(narOf(Buffer.from("BZh91AY&SY")), UnsupportedCompression);
});

for (const [what, parts, got] of [
  ["is empty", [], "nothing"],
  ["has two folders", [{ name: "b/f" }, { name: "a/f" }], "a, b"],
  ["has a file only", [{ name: "f" }], "f"],
  ["has absolute paths", [{ name: "/etc/passwd" }], '"/etc/passwd" is an absolute path'],
  ["climbs out", [{ name: "s/../../etc" }], '"s/../../etc" leads out of the archive'],
  [
    "writes through its own link",
    [
      { name: "s/l", type: "2", target: "/etc" },
      { name: "s/l/passwd", contents: "me" },
    ],
    '"s/l" leads through something that is no directory',
  ],
  [
    "links out of itself",
    [{ name: "s/h", type: "1", target: "../../etc/passwd" }],
    '"../../etc/passwd" leads out of the archive',
  ],
  [
    "links to what is not there",
    [{ name: "s/h", type: "1", target: "s/f" }],
    '"s/h" is a hard link to "s/f", and no such file comes before it',
  ],
  [
    "has a name twice",
    [{ name: "s/d/f" }, { name: "s/d" }],
    '"s/d" is both a directory and something else',
  ],
] as const)
  test(`refuses a tarball that ${what}`, async () => {
    await assert.rejects(narOf(tarOf(...parts)), (error) => {
      assert.ok(hasCode(error, "TARBALL_UNUSABLE"));
      assert.equal(
        error.message,
        `https://x/src.tar.gz: expected a tarball of one folder; got ${got}`,
      );
      return true;
    });
  });

test("refuses names and depths that no store holds", async () => {
  await assert.rejects(narOf(tarOf({ name: "s/a~nix~case~hack~1" })), NarUnwritable);
  const deep = pax({ path: `s/${"d/".repeat(400_000)}f` });
  await assert.rejects(narOf(tarOf(deep, { name: "f" })), { code: "TARBALL_UNUSABLE" });
});

test("a small file that unpacks to a huge one is stopped, and nothing stays on disk", async () => {
  const before = process.env["TMPDIR"];
  await withTempDir(async (folder) => {
    process.env["TMPDIR"] = folder;
    try {
      const bomb = gzipSync(tarOf({ name: "s/f", contents: Buffer.alloc(3_000_000) }));
      await assert.rejects(narOf(bomb, 1_000_000), /more than the 1000000 bytes/);
      const names = tarOf(...Array.from({ length: 50 }, (_, at) => ({ name: `s/${at}` })));
      await assert.rejects(narOf(names, 10_000), { code: "TARBALL_UNUSABLE" });
      const nar = narOfTarball(Bytes.of(tarOf({ name: "s/f", contents: "x" })), { label: "x" });
      await nar.next();
      // Spooled in a file that has no name any more.
      assert.deepEqual(await readdir(folder), []);
      await nar.return(undefined);
      assert.deepEqual(await readdir(folder), []);
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
  });
});
