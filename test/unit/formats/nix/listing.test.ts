import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { ByteString } from "../../../../provider/base/byte-string.ts";
import {
  ListingBuilder,
  type Listing,
  type ListingNode,
} from "../../../../provider/formats/nix/listing.ts";
import { listTree } from "../../../support/list-tree.ts";
import { writeNar } from "../../../../provider/formats/nix/nar-writer.ts";
import { Tree } from "../../../../provider/formats/nix/tree.ts";
import type { ContentAddressVectors } from "../../../support/content-address-vectors.ts";
import { anyTree, eventsOf, inChunks } from "../../../support/nar.ts";
import { readVectors } from "../../../support/vectors.ts";

async function listNar(nar: Uint8Array, chunk: number): Promise<Listing> {
  const builder = new ListingBuilder();
  for await (const event of eventsOf(inChunks(nar, chunk))) builder.add(event);
  return builder.finish();
}

/** As Nix's `.ls` files have it, which know no hashes. */
type Ls =
  | { readonly type: "regular"; readonly size: number; readonly executable?: true }
  | { readonly type: "symlink"; readonly target: string }
  | { readonly type: "directory"; readonly entries: Readonly<Record<string, Ls>> };

function toLs(node: ListingNode): Ls {
  switch (node.kind) {
    case "regular":
      return { type: "regular", size: node.size, ...(node.executable ? { executable: true } : {}) };
    case "symlink":
      return { type: "symlink", target: ByteString.toText(node.target) };
    case "directory": {
      const entries = [...node.entries].map(([name, child]) => [
        ByteString.toText(name),
        toLs(child),
      ]);
      return { type: "directory", entries: Object.fromEntries(entries) as Record<string, Ls> };
    }
  }
}

const [cache] = readVectors<readonly { ls: Record<string, { root: Ls }> }[]>("nix/binary-caches");
const known = readVectors<ContentAddressVectors>("nix/content-address").caAcceptedByNixVerify;
for (const { storePath, nar_base64 } of known) {
  test(`lists ${storePath.slice(44)} as the .ls file that Nix wrote for it`, async () => {
    const ls = cache?.ls[`${storePath.slice(11, 43)}.ls`];
    assert.ok(ls);
    const listing = await listNar(Buffer.from(nar_base64, "base64"), 50);
    const withoutOffsets = JSON.parse(JSON.stringify(ls.root), (key, value: unknown) =>
      key === "narOffset" ? undefined : value,
    ) as unknown;
    assert.deepEqual(toLs(listing.root), withoutOffsets);
  });
}

test("the listing of a NAR is the listing of its tree", async () => {
  await fc.assert(
    fc.asyncProperty(anyTree, fc.integer({ min: 1, max: 50 }), async (tree, chunk) => {
      assert.deepEqual(await listNar(writeNar(tree), chunk), listTree(tree));
    }),
  );
});

test("a file has its size, exec bit and sha256", () => {
  const { root } = listTree(Tree.directory({ bin: Tree.directory({ x: Tree.file("abc", true) }) }));
  assert.ok(root.kind === "directory");
  const bin = root.entries.get("bin");
  assert.ok(bin?.kind === "directory");
  assert.deepEqual(bin.entries.get("x"), {
    kind: "regular",
    executable: true,
    size: 3,
    sha256: createHash("sha256").update("abc").digest("hex"),
  });
});

test("entries are in byte order, whatever the tree's", () => {
  const { root } = listTree(
    Tree.directory({ b: Tree.file(""), a: Tree.file(""), B: Tree.file("") }),
  );
  assert.ok(root.kind === "directory");
  assert.deepEqual([...root.entries.keys()], ["B", "a", "b"]);
});

const withPropagated = (file: Tree): Tree =>
  Tree.directory({ "nix-support": Tree.directory({ "propagated-user-env-packages": file }) });

test("the text of propagated-user-env-packages is kept, in whatever chunks it came", async () => {
  const tree = withPropagated(Tree.file("/nix/store/é\nsecond line\n"));
  const listing = await listNar(writeNar(tree), 3);
  assert.equal(listing.propagatedUserEnvPackages, "/nix/store/é\nsecond line\n");
  assert.equal(listTree(withPropagated(Tree.file(""))).propagatedUserEnvPackages, "");
  assert.equal(listTree(withPropagated(Tree.symlink("x"))).propagatedUserEnvPackages, undefined);
});

test("refuses a propagated-user-env-packages that is too long for memory", () => {
  assert.throws(() => listTree(withPropagated(Tree.file(Buffer.alloc(65_537)))), {
    code: "PROPAGATED_TOO_LONG",
  });
});
