import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Bytes } from "../../../../provider/base/bytes.ts";
import { recursivePath } from "../../../../provider/formats/nix/content-address.ts";
import { NarUnwritable, writeNar } from "../../../../provider/formats/nix/nar-writer.ts";
import { NarHash } from "../../../../provider/formats/nix/nix-hash.ts";
import { Tree } from "../../../../provider/formats/nix/tree.ts";
import { anyTree, inChunks, readTree } from "../../../support/nar.ts";
import { treeOf, type NarVector } from "../../../support/nar-vectors.ts";
import { readVectors } from "../../../support/vectors.ts";

for (const vector of readVectors<readonly NarVector[]>("nix/nar")) {
  test(`writes ${vector.name} as Nix does`, async () => {
    const nar = writeNar(treeOf(vector));
    assert.equal(nar.length, vector.narSize);
    if (vector.nar_base64 !== undefined)
      assert.equal(Buffer.from(nar).toString("base64"), vector.nar_base64);
    const hash = NarHash.of(nar);
    assert.equal(hash, vector.narHashSri);
    if (vector.storePathRecursive !== undefined)
      assert.equal(recursivePath(vector.name, hash, []).storePath, vector.storePathRecursive);
    assert.deepEqual(writeNar(await readTree(Bytes.of(nar))), nar);
  });
}

test("reading what was written gives the same tree, wherever the chunks end", async () => {
  await fc.assert(
    fc.asyncProperty(anyTree, fc.integer({ min: 1, max: 50 }), async (tree, chunk) => {
      assert.deepEqual(await readTree(inChunks(writeNar(tree), chunk)), tree);
    }),
    { numRuns: 300 },
  );
});

/** `depth` directories around a file. */
const nested = (depth: number): Tree => {
  let tree: Tree = Tree.file("x");
  for (let level = 0; level < depth; level++) tree = Tree.directory({ d: tree });
  return tree;
};

test("writes 64 levels", async () => {
  assert.deepEqual(await readTree(Bytes.of(writeNar(nested(64)))), nested(64));
});

for (const [why, tree] of [
  ["65 levels, which newer Nix cannot read", nested(65)],
  ["a name with a slash", Tree.directory({ "a/b": Tree.file("") })],
  ["a name with a NUL", Tree.directory({ "a\0": Tree.file("") })],
  ["the name ..", Tree.directory({ "..": Tree.file("") })],
  ["an empty name", Tree.directory({ "": Tree.file("") })],
  ["a name of 256 bytes", Tree.directory({ ["n".repeat(256)]: Tree.file("") })],
  ["a link to nothing", Tree.symlink("")],
  ["a link target with a NUL", Tree.symlink("a\0b")],
  ["a link target of 4096 bytes", Tree.symlink("t".repeat(4096))],
] as const) {
  test(`refuses ${why}`, () => {
    assert.throws(() => writeNar(tree), NarUnwritable);
  });
}
