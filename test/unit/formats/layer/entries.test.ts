import assert from "node:assert/strict";
import { test } from "node:test";
import { Bytes } from "../../../../provider/base/bytes.ts";
import { layerEntries } from "../../../../provider/formats/layer/entries.ts";
import { layerTree } from "../../../../provider/formats/layer/layer-tree.ts";
import { packLayer } from "../../../../provider/formats/layer/blob.ts";
import type { NarEvent } from "../../../../provider/formats/nix/nar-event.ts";
import { readNar } from "../../../../provider/formats/nix/nar-reader.ts";
import { writeNar } from "../../../../provider/formats/nix/nar-writer.ts";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";
import { Tree } from "../../../../provider/formats/nix/tree.ts";
import { packTar } from "../../../../provider/formats/tar/pack.ts";
import { collect } from "../../../support/collect.ts";
import { hasCode } from "../../../support/has-code.ts";
import { LAYERS, treeOf } from "./vectors.ts";

const A = StorePath.parse("/nix/store/00000000000000000000000000000000-a");
const B = StorePath.parse("/nix/store/11111111111111111111111111111111-b");
const events = (tree: Tree): AsyncIterable<NarEvent> => readNar(Bytes.of(writeNar(tree)));

for (const vector of LAYERS)
  test(`packs the tar of nix2container: ${StorePath.name(vector.storePath)}`, async () => {
    const tree = treeOf(vector);
    const root =
      StorePath.name(vector.storePath) === "base-system" && tree.kind === "directory"
        ? layerTree({ storePaths: [], baseSystem: tree })
        : layerTree({ storePaths: [vector.storePath] });
    const items = (): ReturnType<typeof layerEntries> => layerEntries(root, () => events(tree));
    const tar = await Bytes.collect(packTar(items()));
    assert.equal(tar.length, vector.size);
    const compression = { algorithm: "gzip", level: 1 } as const;
    const identity = await packLayer(items(), compression, async () => {});
    assert.equal(identity.diffId, vector.diffId);
  });

test("siblings are sorted bytewise in each directory, not by whole path", async () => {
  const tree = Tree.directory({
    "a.b": Tree.file("2"),
    a: Tree.directory({ z: Tree.file("1") }),
    "a-dir": Tree.symlink("a"),
    "\xff": Tree.file("3", true),
  });
  const seen: string[] = [];
  const root = layerTree({ storePaths: [B, A] });
  for await (const item of layerEntries(root, () => events(tree)))
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

test("a store path that is a single file has no directory", async () => {
  const root = layerTree({ storePaths: [A] });
  const items = await collect(layerEntries(root, () => events(Tree.file("x", true))));
  assert.deepEqual(
    items.slice(3).map((item) => item.kind === "contents" || [item.path, item.mode]),
    [[A, 0o555], true],
  );
});

for (const name of [".wh.passwd", ".wh..wh..opq", ".wh."])
  test(`refuses a file named ${name} and names the store path`, async () => {
    const tree = Tree.directory({ lib: Tree.directory({ [name]: Tree.file("") }) });
    const entries = layerEntries(layerTree({ storePaths: [A] }), () => events(tree));
    await assert.rejects(collect(entries), (error) => {
      assert.ok(hasCode(error, "WHITEOUT_NAME"));
      assert.match(error.message, new RegExp(`${A} holds "lib/\\.wh\\.`));
      return true;
    });
  });

test("names that only resemble a whiteout pass", async () => {
  const tree = Tree.directory({ ".wh": Tree.file(""), "x.wh.y": Tree.symlink(".wh.y") });
  const entries = layerEntries(layerTree({ storePaths: [A] }), () => events(tree));
  assert.equal((await collect(entries)).filter((item) => item.kind !== "contents").length, 6);
});
