import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { test } from "node:test";
import { SigningKey } from "../../../provider/signing/signing-key.ts";
import { VerificationKey } from "../../../provider/signing/verification-key.ts";
import { hasCode } from "../../support/has-code.ts";
import {
  PASSWORD,
  publicKeyVector,
  signingKeyVector,
  signingVectorText,
} from "../../support/signing-vectors.ts";

const KEYS = [
  ["cosign.key", "cosign.pub"],
  ["ed25519.pem", "ed25519.pub"],
  ["ed25519-cosign.key", "ed25519.pub"],
  ["rsa-pkcs8.pem", "rsa.pub"],
  ["rsa-cosign.key", "rsa.pub"],
  ["sec1.pem", "sec1.pub"],
  ["sec1-encrypted.pem", "sec1.pub"],
  ["pkcs8.pem", "sec1.pub"],
  ["pkcs8-encrypted.pem", "sec1.pub"],
] as const;
const MESSAGE = Buffer.from("a payload");

for (const [privateName, publicName] of KEYS)
  test(`${privateName} signs what ${publicName} verifies, and twice the same bytes`, async () => {
    const key = await signingKeyVector(privateName);
    const publicKey = publicKeyVector(publicName);
    const signature = key.sign(MESSAGE);
    assert.ok(VerificationKey.verifies(publicKey, MESSAGE, signature));
    assert.ok(!VerificationKey.verifies(publicKey, Buffer.from("another"), signature));
    assert.deepEqual(key.sign(MESSAGE), signature);
    assert.equal(key.publicKey.fingerprint, publicKey.fingerprint);
  });

test("a key with the label that cosign wrote before 2.0 is the same key", async () => {
  const pem = signingVectorText("cosign.key").replaceAll("SIGSTORE", "COSIGN");
  const key = await SigningKey.parse({ pem, password: PASSWORD, from: "old.key" });
  assert.equal(key.publicKey.fingerprint, publicKeyVector("cosign.pub").fingerprint);
});

const AROUND = [
  ["\\n for line breaks", (pem: string) => pem.replaceAll("\n", "\\n")],
  ["\\r\\n for line breaks", (pem: string) => pem.replaceAll("\n", "\\r\\n")],
  ["line breaks of Windows", (pem: string) => pem.replaceAll("\n", "\r\n")],
  ["spaces around its lines", (pem: string) => pem.replaceAll(/^|$/gm, "  ")],
  ["a byte order mark", (pem: string) => `\uFEFF${pem}`],
  [
    "its curve in a block before it, as openssl ecparam writes it",
    (pem: string) =>
      `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pem}`,
  ],
] as const;

for (const [what, around] of AROUND)
  for (const [name, publicName] of [
    ["cosign.key", "cosign.pub"],
    ["sec1.pem", "sec1.pub"],
    ["pkcs8-encrypted.pem", "sec1.pub"],
  ] as const)
    test(`${name} with ${what} is the same key`, async () => {
      const pem = around(signingVectorText(name));
      const key = await SigningKey.parse({ pem, password: PASSWORD, from: name });
      assert.equal(key.publicKey.fingerprint, publicKeyVector(publicName).fingerprint);
    });

test("the nonce of an ECDSA signature is that of RFC 6979, A.2.5", async () => {
  const base64url = (hex: string) => Buffer.from(hex, "hex").toString("base64url");
  const jwk = {
    ...{ kty: "EC", crv: "P-256" },
    x: base64url("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"),
    y: base64url("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"),
    d: base64url("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"),
  };
  const pem = createPrivateKey({ key: jwk, format: "jwk" }).export({ type: "sec1", format: "pem" });
  const key = await SigningKey.parse({ pem: String(pem), password: undefined, from: "RFC" });
  const [r, s] = [
    "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
    "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
  ];
  const der = Buffer.from(`3046022100${r}022100${s}`, "hex");
  assert.deepEqual(Buffer.from(key.sign(Buffer.from("sample"))), der);
});

test("the fingerprint is the sha256 of the key in DER", () => {
  const { fingerprint } = publicKeyVector("cosign.pub");
  // openssl pkey -pubin -in cosign.pub -outform DER | sha256sum
  assert.equal(
    fingerprint,
    "sha256:e9c6768ea4b61e249ca2f691146a24a42fa47ae3591b8944c8fedda61f62cf42",
  );
});

for (const name of ["cosign.key", "sec1-encrypted.pem", "pkcs8-encrypted.pem"]) {
  test(`${name} needs its password`, async () => {
    const error = { code: "IMAGE_KEY_ENCRYPTED", message: /^the key in \S+ is encrypted/ };
    const pem = signingVectorText(name);
    const parsed = SigningKey.parse({ pem, password: undefined, from: name });
    await assert.rejects(parsed, error);
  });
  test(`${name} is not opened by another password, and the error does not have it`, async () => {
    await assert.rejects(signingKeyVector(name, "wrong horse"), (error: Error) => {
      assert.match(error.message, /^the key in \S+ cannot be decrypted/);
      assert.doesNotMatch(JSON.stringify([error.message, error.cause]), /horse/);
      return hasCode(error, "IMAGE_KEY_PASSWORD");
    });
  });
}

/** A key of cosign with something in it replaced. */
const changed = (from: string, to: string): string => {
  const [, body = ""] = /-----\n([^-]+)-----/.exec(signingVectorText("cosign.key")) ?? [];
  const text = Buffer.from(body, "base64").toString("utf8").replace(from, to);
  const label = "ENCRYPTED SIGSTORE PRIVATE KEY";
  return `-----BEGIN ${label}-----\n${Buffer.from(text).toString("base64")}\n-----END ${label}-----\n`;
};

const WRONG = [
  ["a P-384 key", signingVectorText("p384.pem"), "IMAGE_KEY_TYPE"],
  ["a public key", signingVectorText("cosign.pub"), "IMAGE_KEY_INVALID"],
  ["an empty file", "", "IMAGE_KEY_INVALID"],
  ["a cut PEM", signingVectorText("sec1.pem").slice(0, 90), "IMAGE_KEY_INVALID"],
  [
    "a key of cosign that is cut",
    signingVectorText("cosign.key").slice(0, 200),
    "IMAGE_KEY_INVALID",
  ],
  [
    "one that takes much memory to open",
    changed('"N":65536', '"N":1073741824'),
    "IMAGE_KEY_INVALID",
  ],
  ["one with another cipher", changed("nacl/secretbox", "aes-128-ecb"), "IMAGE_KEY_INVALID"],
  [
    "one with a short nonce",
    changed('"nonce":"', '"nonce":"AAAA"}, "x": {"y": "'),
    "IMAGE_KEY_INVALID",
  ],
] as const;

for (const [what, pem, code] of WRONG)
  test(`${what} is refused by its name, without its text`, async () => {
    const parsed = SigningKey.parse({ pem, password: PASSWORD, from: "cosign.key" });
    await assert.rejects(parsed, (error: Error) => {
      assert.match(error.message, /^the key in cosign\.key: /);
      for (const line of pem
        .split("\n")
        .filter((each) => each.length > 30 && !each.startsWith("-")))
        assert.ok(!JSON.stringify([error.message, error.cause]).includes(line));
      return hasCode(error, code);
    });
  });

for (const name of ["cosign.key", "image.json", "sec1.pem"])
  test(`${name} is no public key`, () => {
    assert.throws(() => publicKeyVector(name), { code: "IMAGE_KEY_INVALID" });
  });
