import assert from "node:assert/strict";
import { test } from "node:test";
import { FileSizes } from "../../../provider/report/file-sizes.ts";
import { directory, file, symlink } from "../../support/listed-store.ts";

const TREE = directory({
  bin: directory({ jq: file("x".repeat(300)), link: symlink("jq") }),
  share: directory({
    man: directory({ "jq.1": file("x".repeat(100)), "jq.7": file("x".repeat(60)) }),
    tiny: file("x"),
  }),
});

test("a tree, a listing and the paths of a tar give the same sizes", () => {
  const paths = new Map([
    ["bin/jq", 300],
    ["bin/link", 0],
    ["share/man/jq.1", 100],
    ["share/man/jq.7", 60],
    ["share/tiny", 1],
  ]);
  assert.deepEqual(FileSizes.ofPaths(paths), FileSizes.of(TREE));
  assert.equal(FileSizes.of(TREE).size, 461);
});

test("files have their shares of the whole, the largest first, and small ones are counted together", () => {
  const whole = { size: 46, unpackedSize: 922 };
  assert.deepEqual(FileSizes.report(FileSizes.of(TREE), whole, 50), [
    {
      name: "bin",
      size: 29,
      unpackedSize: 600,
      inside: [{ name: "jq", size: 29, unpackedSize: 600 }],
    },
    {
      name: "share",
      size: 17,
      unpackedSize: 322,
      inside: [
        {
          name: "man",
          size: 16,
          unpackedSize: 320,
          inside: [
            { name: "jq.1", size: 10, unpackedSize: 200 },
            { name: "jq.7", size: 6, unpackedSize: 120 },
          ],
        },
        { name: "smaller files", size: 1, unpackedSize: 2 },
      ],
    },
  ]);
});

test("what has no large file is not divided, and neither is a single file", () => {
  const whole = { size: 10, unpackedSize: 10 };
  assert.equal(FileSizes.report(FileSizes.of(TREE), whole, 1000), undefined);
  assert.equal(FileSizes.report(FileSizes.of(file("x".repeat(99))), whole, 1), undefined);
});
