import assert from "node:assert/strict";
import { test } from "node:test";
import { checkContentAddress } from "../../../../provider/formats/nix/content-address.ts";
import { writeNar } from "../../../../provider/formats/nix/nar-writer.ts";
import { NarHash } from "../../../../provider/formats/nix/nix-hash.ts";
import { Tree } from "../../../../provider/formats/nix/tree.ts";
import { generateText, generateTree } from "../../../../provider/formats/rootfs/generated.ts";
import type { GeneratedPath } from "../../../../provider/formats/rootfs/generated.ts";
import { directory, pathOf, symlink } from "../../../support/listed-store.ts";

function assertDescribesItsTree({ info, tree }: GeneratedPath): void {
  const nar = writeNar(tree);
  assert.equal(info.narHash, NarHash.of(nar));
  assert.equal(info.narSize, nar.length);
  assert.deepEqual(info.signatures, []);
}

test("a text's references are declared: sorted, each once", () => {
  const made = generateText("manifest.nix", "[]\n", [pathOf("b"), pathOf("a"), pathOf("b")]);
  assertDescribesItsTree(made);
  assert.deepEqual(made.tree, Tree.file("[]\n"));
  assert.deepEqual(made.info.references, [pathOf("a"), pathOf("b")]);
  assert.match(made.info.ca ?? "", /^text:sha256:/);
  // A text's contents are not its NAR; but the path does follow.
  assert.equal(checkContentAddress(made.info), "needs contents");
});

test("a tree's references are those candidates that occur in it", () => {
  const tree = directory({ b: symlink(`${pathOf("b")}/bin`), c: symlink(pathOf("c")) });
  const made = generateTree("user-environment", tree, ["a", "c", "b"].map(pathOf));
  assertDescribesItsTree(made);
  assert.deepEqual(made.info.references, [pathOf("b"), pathOf("c")]);
  assert.equal(checkContentAddress(made.info), "proved");
});
