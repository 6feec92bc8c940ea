import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InvalidNarHash, NarHash } from "../../../../provider/formats/nix/nix-hash.ts";
import { readVectors } from "../../../support/vectors.ts";

interface Vector {
  readonly name: string;
  readonly narHashHex: string;
  readonly narHashNix32: string;
  readonly narHashSri: string;
}

for (const vector of readVectors<readonly Vector[]>("nix/nar")) {
  test(`every spelling of the hash of ${vector.name} is the same hash`, () => {
    const hash = NarHash.parse(vector.narHashSri);
    assert.equal(hash, vector.narHashSri);
    assert.equal(NarHash.parse(vector.narHashNix32), hash);
    assert.equal(NarHash.parse(`sha256:${vector.narHashHex}`), hash);
    assert.equal(NarHash.parse(vector.narHashSri.replace("-", ":")), hash);
    assert.equal(NarHash.toNix32(hash), vector.narHashNix32);
    assert.equal(NarHash.toHex(hash), vector.narHashHex);
  });
}

test("fromBytes and toBytes are inverses", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      assert.deepEqual(Uint8Array.from(NarHash.toBytes(NarHash.fromBytes(bytes))), bytes);
    }),
  );
});

test("of hashes with sha256", () => {
  assert.equal(
    NarHash.toHex(NarHash.of(Buffer.from("abc"))),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

const hex = "77ac62e2629d8e45f624589c0c8bf99e24b3a722349bf1e79bc186008534e246";
for (const [why, text] of [
  ["no algorithm (Nix 2.8: corrupt)", hex],
  ["another algorithm", `sha512:${hex}`],
  ["SRI with hex", `sha256-${hex}`],
  ["a digit too few", `sha256:${hex.slice(1)}`],
  ["letters that are no hex", `sha256:${hex.slice(1)}g`],
  ["base64 without padding", "sha256-d6xi4mKdjkX2JFicDIv5niSzpyI0m/Hnm8GGAIU04kY"],
  ["base64 of another size", "sha256-d6xi4mKdjkX2JFicDIv5niSzpyI0m/Hnm8GGAIU0"],
  ["base64 with a blank", "sha256-d6xi4mKdjkX2JFicDIv5niSzpyI0m/Hnm8GGAIU04kY= "],
  ["base64 with loose last bits", "sha256-d6xi4mKdjkX2JFicDIv5niSzpyI0m/Hnm8GGAIU04kZ="],
  ["nothing", ""],
] as const) {
  test(`refuses a hash with ${why}`, () => {
    assert.throws(() => NarHash.parse(text), InvalidNarHash);
  });
}
