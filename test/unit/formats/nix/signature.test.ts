import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NarHash } from "../../../../provider/formats/nix/nix-hash.ts";
import {
  fingerprint,
  isSignedBy,
  PublicKey,
  sign,
} from "../../../../provider/formats/nix/signature.ts";
import type { SignedFields } from "../../../../provider/formats/nix/path-info.ts";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";
import { hasCode } from "../../../support/has-code.ts";
import { readVectors } from "../../../support/vectors.ts";

const vectors = readVectors<{
  readonly secretKey_THROWAWAY: string;
  readonly publicKey: string;
  readonly items: readonly { storePath: string; fingerprint: string; sig: string }[];
}>("nix/signatures");
const secretKey = vectors.secretKey_THROWAWAY;
const keys = [PublicKey.parse(vectors.publicKey)];

/** What the fingerprint says of a path. */
function signedBy(text: string): SignedFields {
  const [, storePath = "", narHash = "", narSize = "", references = ""] = text.split(";");
  return {
    storePath: StorePath.parse(storePath),
    narHash: NarHash.parse(narHash),
    narSize: Number(narSize),
    references: references.split(",").filter(Boolean).map(StorePath.parse),
  };
}

for (const item of vectors.items) {
  const info = signedBy(item.fingerprint);
  test(`signs ${StorePath.name(info.storePath)} as Nix does, and accepts Nix's signature`, () => {
    assert.equal(fingerprint(info), item.fingerprint);
    assert.equal(sign(info, secretKey), item.sig);
    assert.ok(isSignedBy({ ...info, signatures: [item.sig] }, keys));
  });
}

const [item] = vectors.items.slice(3);
assert.ok(item);
const info = signedBy(item.fingerprint);
const signed = { ...info, signatures: [item.sig] };

test("references in another order have the same signature", () => {
  assert.ok(isSignedBy({ ...signed, references: info.references.toReversed() }, keys));
});

test("one good signature among others is enough", () => {
  const others = ["cache.nixos.org-1:AAAA", "no colon", "", ":", `${keys[0]?.name}:c2hvcnQ=`];
  assert.ok(isSignedBy({ ...info, signatures: [...others, item.sig, ...others] }, keys));
});

test("if two keys have one name, either may have signed", () => {
  const other = PublicKey.parse(`${keys[0]?.name}:${Buffer.alloc(32, 1).toString("base64")}`);
  assert.ok(isSignedBy(signed, [other, ...keys]));
  assert.ok(!isSignedBy(signed, [other]));
});

for (const [what, changed] of [
  ["store path", { ...signed, storePath: StorePath.parse(`${info.storePath}x`) }],
  ["NAR hash", { ...signed, narHash: NarHash.of(Buffer.from("x")) }],
  ["NAR size", { ...signed, narSize: info.narSize + 8 }],
  ["references", { ...signed, references: info.references.slice(1) }],
] as const) {
  test(`does not accept a signature for another ${what}`, () => {
    assert.ok(!isSignedBy(changed, keys));
  });
}

for (const [why, signature] of [
  ["a name that is not trusted", item.sig.replace("test-key-1", "test-key-2")],
  ["63 bytes", `test-key-1:${Buffer.alloc(63).toString("base64")}`],
  ["65 bytes", `test-key-1:${Buffer.alloc(65).toString("base64")}`],
  ["no base64", `test-key-1:${"*".repeat(88)}`],
  ["no colon", item.sig.replace(":", "")],
  ["nothing", ""],
] as const) {
  test(`a signature with ${why} counts as none`, () => {
    assert.equal(isSignedBy({ ...info, signatures: [signature] }, keys), false);
  });
}

test("any other 64 bytes are no signature, and any 32 bytes are a key that has signed nothing", () => {
  const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
  fc.assert(
    fc.property(bytes(64), bytes(32), (raw, key) => {
      const signature = `test-key-1:${Buffer.from(raw).toString("base64")}`;
      const other = PublicKey.parse(`test-key-1:${Buffer.from(key).toString("base64")}`);
      assert.equal(isSignedBy({ ...info, signatures: [signature] }, keys), false);
      assert.equal(isSignedBy(signed, [other]), false);
    }),
  );
});

for (const text of [
  "",
  "name",
  "name:",
  ":Ys0qtD1MFOJ1gmiXDinxjC+6+iuGxebgcQfiojJgzjo=",
  "name:AAAA",
]) {
  test(`refuses the public key "${text}"`, () => {
    assert.throws(() => PublicKey.parse(text), { code: "INVALID_PUBLIC_KEY" });
  });
}

test("refuses a public key as a secret key, without repeating it", () => {
  assert.throws(
    () => sign(info, vectors.publicKey),
    (error) => {
      assert.ok(hasCode(error, "INVALID_SECRET_KEY"));
      assert.ok(!error.message.includes("Ys0q"));
      return true;
    },
  );
});

test("a public key is made once, when it is parsed: that costs as much as a verification", () => {
  for (const { key } of keys) assert.equal(key.asymmetricKeyType, "ed25519");
});
