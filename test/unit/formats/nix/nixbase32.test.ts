import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nixbase32 } from "../../../../provider/formats/nix/nixbase32.ts";
import { hasCode } from "../../../support/has-code.ts";
import { readVectors } from "../../../support/vectors.ts";

const vectors = readVectors<readonly { hex: string; nix32: string }[]>("nix/nixbase32");

for (const { hex, nix32 } of vectors) {
  test(`nixbase32 of ${hex || "nothing"}`, () => {
    assert.equal(nixbase32.encode(Buffer.from(hex, "hex")), nix32);
    assert.equal(Buffer.from(nixbase32.decode(nix32)).toString("hex"), hex);
  });
}

test("decode inverts encode", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      assert.deepEqual(nixbase32.decode(nixbase32.encode(bytes)), bytes);
    }),
  );
});

test("decodes only what encode would have written", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789abcdfghijklmnpqrsvwxyz") });
  fc.assert(
    fc.property(digits, (text) => {
      let bytes: Uint8Array;
      try {
        bytes = nixbase32.decode(text);
      } catch (error) {
        assert.ok(hasCode(error, "INVALID_NIXBASE32"));
        return;
      }
      assert.equal(nixbase32.encode(bytes), text);
    }),
  );
});

for (const [text, why] of [
  ["e0", "a letter that is no digit"],
  ["0A", "a capital"],
  ["zz", "bits beyond the last byte"],
  ["0", "too few digits for a byte"],
  ["000", "a digit too many"],
  ["0é", "a letter beyond ASCII"],
] as const) {
  test(`refuses ${why}`, () => {
    assert.throws(() => nixbase32.decode(text), { code: "INVALID_NIXBASE32" });
  });
}
