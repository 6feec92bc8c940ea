import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scanReferences } from "../../../../provider/formats/nix/references.ts";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";

const digit = fc.constantFrom(..."0123456789abcdfghijklmnpqrsvwxyz");
const anyPath = fc
  .string({ unit: digit, minLength: 32, maxLength: 32 })
  .map((hash) => StorePath.fromBaseName(`${hash}-x`));

test("finds a hash part at every offset, also among other digits", () => {
  fc.assert(
    fc.property(anyPath, anyPath, fc.string({ unit: digit }), fc.string(), (path, other, a, b) => {
      const bytes = Buffer.from(`${b}${a}${StorePath.hashPart(path)}${a}${b}`);
      assert.deepEqual(scanReferences(bytes, [path]), [path]);
      assert.equal(
        scanReferences(bytes, [other]).includes(other),
        bytes.includes(StorePath.hashPart(other)),
      );
    }),
  );
});

test("agrees with a search for each candidate", () => {
  const piece = fc.oneof(anyPath.map(StorePath.hashPart), fc.string({ maxLength: 5 }), digit);
  fc.assert(
    fc.property(fc.array(piece), fc.array(anyPath), (pieces, paths) => {
      const bytes = Buffer.from(pieces.join(""));
      const candidates = [
        ...paths,
        ...pieces
          .filter((text) => text.length === 32)
          .map((hash) => StorePath.fromBaseName(`${hash}-y`)),
      ];
      const expected = candidates.filter((path) => bytes.includes(StorePath.hashPart(path)));
      assert.deepEqual(scanReferences(bytes, candidates), [...new Set(expected)].sort());
    }),
  );
});

test("does not find a part of a hash part", () => {
  const path = StorePath.fromBaseName("8hb1zapwkfr1j7zmxj7s7wj2pgci7zjm-a.txt");
  assert.deepEqual(scanReferences(Buffer.from("8hb1zapwkfr1j7zmxj7s7wj2pgci7zj"), [path]), []);
  assert.deepEqual(scanReferences(Buffer.from("8hb1zapwkfr1j7zm-xj7s7wj2pgci7zjm"), [path]), []);
});
