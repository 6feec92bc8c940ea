import assert from "node:assert/strict";
import { test } from "node:test";
import { Bytes } from "../../../../provider/base/bytes.ts";
import { layerEntries, narItem } from "../../../../provider/formats/layer/entries.ts";
import { layerTar } from "../../../../provider/formats/layer/layer-tar.ts";
import { layerTree, type LayerDirectory } from "../../../../provider/formats/layer/layer-tree.ts";
import { packLayer } from "../../../../provider/formats/layer/blob.ts";
import { NarParser } from "../../../../provider/formats/nix/nar-reader.ts";
import { writeNar } from "../../../../provider/formats/nix/nar-writer.ts";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";
import { Tree } from "../../../../provider/formats/nix/tree.ts";
import type { TarItem } from "../../../../provider/formats/tar/pack.ts";
import { hasCode } from "../../../support/has-code.ts";
import { LAYERS, treeOf } from "./vectors.ts";

const A = StorePath.parse("/nix/store/00000000000000000000000000000000-a");
const B = StorePath.parse("/nix/store/11111111111111111111111111111111-b");

/** All entries of a layer, each of whose store paths has this tree. */
function* entriesOf(root: LayerDirectory, tree: Tree): Generator<TarItem> {
  for (const entry of layerEntries(root)) {
    if (entry.kind !== "store path") yield entry;
    else for (const event of new NarParser().push(writeNar(tree))) yield narItem(entry, event);
  }
}

for (const vector of LAYERS)
  test(`packs the tar of nix2container: ${StorePath.name(vector.storePath)}`, async () => {
    const tree = treeOf(vector);
    const root =
      StorePath.name(vector.storePath) === "base-system" && tree.kind === "directory"
        ? layerTree({ storePaths: [], baseSystem: tree })
        : layerTree({ storePaths: [vector.storePath] });
    const tar = (): Bytes =>
      layerTar(root, async function* (leaf) {
        yield [...new NarParser().push(writeNar(tree))].map((event) => narItem(leaf, event));
      });
    assert.equal((await Bytes.collect(tar())).length, vector.size);
    const compression = { algorithm: "gzip", level: 1 } as const;
    const identity = await packLayer(tar(), compression, async () => {});
    assert.equal(identity.diffId, vector.diffId);
  });

test("siblings are sorted bytewise in each directory, not by whole path", () => {
  const tree = Tree.directory({
    "a.b": Tree.file("2"),
    a: Tree.directory({ z: Tree.file("1") }),
    "a-dir": Tree.symlink("a"),
    "\xff": Tree.file("3", true),
  });
  const seen: string[] = [];
  const root = layerTree({ storePaths: [B, A] });
  for (const item of entriesOf(root, tree))
    if (item.kind !== "contents") seen.push(`${item.mode.toString(8)} ${item.path}`);
  assert.deepEqual(seen, [
    "755 /",
    "755 /nix",
    "755 /nix/store",
    ...[A, B].flatMap((path) => [
      `555 ${path}`,
      `555 ${path}/a`,
      `444 ${path}/a/z`,
      `777 ${path}/a-dir`,
      `444 ${path}/a.b`,
      `555 ${path}/\xff`,
    ]),
  ]);
});

test("a store path that is a single file has no directory", () => {
  const root = layerTree({ storePaths: [A] });
  const items = [...entriesOf(root, Tree.file("x", true))];
  assert.deepEqual(
    items.slice(3).map((item) => item.kind === "contents" || [item.path, item.mode]),
    [[A, 0o555], true],
  );
});

for (const name of [".wh.passwd", ".wh..wh..opq", ".wh."])
  test(`refuses a file named ${name} and names the store path`, () => {
    const tree = Tree.directory({ lib: Tree.directory({ [name]: Tree.file("") }) });
    const entries = entriesOf(layerTree({ storePaths: [A] }), tree);
    assert.throws(
      () => [...entries],
      (error) => {
        assert.ok(hasCode(error, "WHITEOUT_NAME"));
        assert.match(error.message, new RegExp(`${A} holds "lib/\\.wh\\.`));
        return true;
      },
    );
  });

test("names that only resemble a whiteout pass", () => {
  const tree = Tree.directory({ ".wh": Tree.file(""), "x.wh.y": Tree.symlink(".wh.y") });
  const entries = entriesOf(layerTree({ storePaths: [A] }), tree);
  assert.equal([...entries].filter((item) => item.kind !== "contents").length, 6);
});
