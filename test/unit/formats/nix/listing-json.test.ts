import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  listingFromJson,
  listingToJson,
  shortenListing,
} from "../../../../provider/formats/nix/listing-json.ts";
import { listTree } from "../../../support/list-tree.ts";
import { Tree } from "../../../../provider/formats/nix/tree.ts";
import { anyTree } from "../../../support/nar.ts";

test("a listing comes back from JSON text as it was, whole or shortened", () => {
  fc.assert(
    fc.property(anyTree, (tree) => {
      const listing = listTree(tree);
      for (const one of [listing, shortenListing(listing)]) {
        const text = JSON.stringify(listingToJson(one));
        assert.deepEqual(listingFromJson(JSON.parse(text)), one);
      }
    }),
  );
});

test("the JSON is compact", () => {
  const tree = Tree.directory({
    bin: Tree.directory({ sh: Tree.file("abc", true) }),
    lib: Tree.symlink("lib64"),
    "nix-support": Tree.directory({ "propagated-user-env-packages": Tree.file("p") }),
  });
  assert.equal(
    JSON.stringify(listingToJson(shortenListing(listTree(tree)))),
    '[{"bin":{"sh":[3,"ungWv48Bz+pBQUDe",1]},"lib":"lib64",' +
      '"nix-support":{"propagated-user-env-packages":[1,"FI3pxaekTRnlbNmu"]}},"p"]',
  );
});

test("order and names survive what JSON objects do to numbers and __proto__", () => {
  const file = Tree.file("");
  const tree: Tree = {
    kind: "directory",
    entries: new Map(["10", "9", "-", "__proto__"].map((name) => [name, file])),
  };
  const read = listingFromJson(JSON.parse(JSON.stringify(listingToJson(listTree(tree)))));
  assert.ok(read?.root.kind === "directory");
  assert.deepEqual([...read.root.entries.keys()], ["-", "10", "9", "__proto__"]);
});

const sha = "ungWv48Bz+pBQUDe";
const deep = JSON.parse(`${'{"d":'.repeat(5000)}[0,"${sha}"]${"}".repeat(5000)}`) as unknown;
for (const [what, json] of [
  ["null", null],
  ["an object", {}],
  ["an empty array", []],
  ["three items", [{}, "", ""]],
  ["propagated packages that are no text", [{}, 1]],
  ["a node of no kind", [1]],
  ["a file without size", [[undefined, sha]]],
  ["a negative size", [[-1, sha]]],
  ["a size that is no integer", [[0.5, sha]]],
  ["a file without hash", [[1]]],
  ["a hash of another size", [[1, "AAAA"]]],
  ["another exec bit", [[1, sha, true]]],
  ["the name ..", [{ "..": {} }]],
  ["a name with a slash", [{ "a/b": {} }]],
  ["a name with a char that is no byte", [{ "\u0100": {} }]],
  ["a target with a char that is no byte", ["\u0100"]],
  ["an empty target", [""]],
  ["a broken node below", [{ a: { b: null } }]],
  ["depths that no NAR has", [deep]],
] as const) {
  test(`${what} is no listing`, () => {
    assert.equal(listingFromJson(json), undefined);
  });
}

test("any JSON is a listing or not, without a throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      const listing = listingFromJson(json);
      if (listing !== undefined) assert.deepEqual(listingFromJson(listingToJson(listing)), listing);
    }),
  );
});
