/** Layers laid over each other, as container runtimes unpack them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileSystem, type FileNode } from "../../../provider/compare/file-system.ts";
import { readLayerFiles } from "../../../provider/compare/layer-files.ts";
import { comparableImage } from "../../support/comparable-image.ts";
import { pax, type TarPart } from "../../support/tar.ts";

const file = (name: string, contents = "x"): TarPart => ({ name, contents });
const directory = (name: string): TarPart => ({ name, type: "5", mode: 0o755 });
const link = (name: string, target: string): TarPart => ({ name, type: "2", target });
const hardLink = (name: string, target: string): TarPart => ({ name, type: "1", target });

/** `a/b` for each file, with its size or target. */
async function filesOf(...layers: readonly (readonly TarPart[])[]): Promise<string[]> {
  const image = comparableImage({ layers });
  const read = async function* () {
    for (const layer of image.platforms[0]?.layers ?? [])
      yield { digest: layer.digest, files: await readLayerFiles(image, layer) };
  };
  return [...linesOf(await fileSystem(read()), "")].sort();
}

function* linesOf({ file: found, entries }: FileNode, path: string): Generator<string> {
  if (found.kind === "regular") yield `${path} ${found.size}`;
  if (found.kind === "symlink") yield `${path} -> ${found.contents}`;
  if (found.kind === "directory" && entries.size === 0) yield `${path}/`;
  for (const [name, node] of entries) yield* linesOf(node, path === "" ? name : `${path}/${name}`);
}

test("a later layer replaces files, and a directory keeps what is in it", async () => {
  assert.deepEqual(
    await filesOf(
      [directory("./etc/"), file("./etc/a"), file("etc/b")],
      [directory("etc"), file("/etc/b", "longer"), link("etc/a", "b")],
    ),
    ["etc/a -> b", "etc/b 6"],
  );
});

test("a file in the place of a directory hides what was in it, and the other way round", async () => {
  assert.deepEqual(await filesOf([file("a/b/c")], [file("a/b")]), ["a/b 1"]);
  assert.deepEqual(await filesOf([file("a/b")], [file("a/b/c")]), ["a/b/c 1"]);
});

test("a whiteout removes what lower layers have, and nothing of its own layer", async () => {
  assert.deepEqual(await filesOf([file("a/b/c"), file("a/d")], [file("a/.wh.b", "")]), ["a/d 1"]);
  assert.deepEqual(await filesOf([file("a/b")], [file("a/b", "new"), file("a/.wh.b", "")]), [
    "a/b 3",
  ]);
  assert.deepEqual(
    await filesOf(
      [file("a/b"), file("a/c/d")],
      [file("a/e"), file("a/.wh..wh..opq", ""), file("a/c/f")],
    ),
    ["a/c/f 1", "a/e 1"],
  );
});

test("links on the way to a file are followed inside the image", async () => {
  assert.deepEqual(
    await filesOf(
      [link("bin", "usr/bin"), link("lib", "/usr/lib"), link("up", "../../etc")],
      [file("bin/sh"), file("lib/libc"), file("up/passwd")],
    ),
    [
      "bin -> usr/bin",
      "etc/passwd 1",
      "lib -> /usr/lib",
      "up -> ../../etc",
      "usr/bin/sh 1",
      "usr/lib/libc 1",
    ],
  );
});

test("a hard link is the file that it leads to", async () => {
  assert.deepEqual(await filesOf([file("a", "text"), hardLink("b/c", "./a")]), ["a 4", "b/c 4"]);
  await assert.rejects(filesOf([hardLink("b", "a")]), { code: "IMAGE_INCONSISTENT" });
});

test("a name cannot lead out of the image", async () => {
  assert.deepEqual(await filesOf([file("../../a"), file("b/../c")]), ["a 1", "c 1"]);
});

test("links in a circle and endless levels are refused", async () => {
  await assert.rejects(filesOf([link("a", "b"), link("b", "a"), file("a/c")]), {
    code: "IMAGE_INCONSISTENT",
  });
  const deep = pax({ path: "d/".repeat(3000) + "f" });
  await assert.rejects(filesOf([deep, file("f")]), { code: "IMAGE_INCONSISTENT" });
});
