import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkContentAddress,
  ContentAddress,
  recursivePath,
  textPath,
} from "../../../../provider/formats/nix/content-address.ts";
import { NarHash } from "../../../../provider/formats/nix/nix-hash.ts";
import type { PathInfo } from "../../../../provider/formats/nix/path-info.ts";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";
import { infoOf, type ContentAddressVectors } from "../../../support/content-address-vectors.ts";
import { readVectors } from "../../../support/vectors.ts";

const vectors = readVectors<ContentAddressVectors>("nix/content-address");

for (const text of vectors.text) {
  test(`makes the path of the text ${text.name} as Nix does`, () => {
    const references = text.references.map(StorePath.parse);
    const made = { storePath: text.storePath, ca: text.ca };
    assert.deepEqual(textPath(text.name, Buffer.from(text.contents), references), made);
    const shuffled = [...references.toReversed(), ...references];
    assert.deepEqual(textPath(text.name, Buffer.from(text.contents), shuffled), made);
    assert.equal(checkContentAddress(infoOf(text)), "needs contents");
  });
}

for (const fixed of vectors.fixed) {
  const how = `${fixed.recursive ? "recursive" : "flat"} ${fixed.algo}`;
  test(`recomputes the path of ${fixed.name}, ${how}, from its content address`, () => {
    const sha256 = fixed.recursive && fixed.algo === "sha256";
    const narHash = sha256 ? `sha256:${fixed.hashHex}` : undefined;
    const expected = sha256 ? "proved" : "needs contents";
    assert.equal(checkContentAddress(infoOf({ ...fixed, narHash })), expected);
    if (sha256)
      assert.deepEqual(recursivePath(fixed.name, NarHash.parse(`sha256:${fixed.hashHex}`), []), {
        storePath: fixed.storePath,
        ca: fixed.ca,
      });
  });
}

for (const path of [...vectors.caRecursive, ...vectors.caAcceptedByNixVerify]) {
  test(`recomputes the path of ${path.storePath.slice(44)}, which Nix accepts without a signature`, () => {
    const info = infoOf(path);
    const self = info.references.includes(info.storePath);
    const proved = path.ca.startsWith("fixed:r:sha256:") && !self;
    assert.equal(checkContentAddress(info), proved ? "proved" : "needs contents");
  });
}

const baseSystem = vectors.caAcceptedByNixVerify.find((path) =>
  path.storePath.endsWith("-base-system"),
);
const selfy = vectors.caAcceptedByNixVerify.find((path) => path.storePath.endsWith("-selfy"));
const text = vectors.text[2];
assert.ok(baseSystem && selfy && text);
const other = StorePath.parse("/nix/store/8hb1zapwkfr1j7zmxj7s7wj2pgci7zjm-a.txt");

const refused: readonly (readonly [string, PathInfo])[] = [
  [
    "another name",
    { ...infoOf(baseSystem), storePath: StorePath.parse(`${baseSystem.storePath}x`) },
  ],
  ["a reference less", { ...infoOf(baseSystem), references: [] }],
  [
    "a reference more",
    { ...infoOf(baseSystem), references: [...infoOf(baseSystem).references, other] },
  ],
  ["another NAR hash", { ...infoOf(baseSystem), narHash: NarHash.of(Buffer.from("x")) }],
  [
    "the self-reference left out",
    { ...infoOf(selfy), references: infoOf(selfy).references.slice(0, 1) },
  ],
  [
    "a text that refers to itself",
    { ...infoOf(text), references: [StorePath.parse(text.storePath)] },
  ],
  ["a flat file with references", { ...flat(), references: [other] }],
  ["the digest of another", { ...infoOf(baseSystem), ca: selfy.ca }],
  ["the text's digest as a flat one", { ...infoOf(text), ca: text.ca.replace("text", "fixed") }],
  ["no content address", { ...infoOf(text), ca: undefined }],
];
for (const [why, info] of refused) {
  test(`refuses a path with ${why}`, () => {
    assert.throws(() => checkContentAddress(info), { code: "CONTENT_ADDRESS_MISMATCH" });
  });
}

function flat(): PathInfo {
  const found = vectors.fixed.find((path) => !path.recursive && path.algo === "sha256");
  assert.ok(found);
  return infoOf(found);
}

test("reads a digest in any spelling", () => {
  const hex = "77ac62e2629d8e45f624589c0c8bf99e24b3a722349bf1e79bc186008534e246";
  const nix32 = "0ip26j2h11n1kgkz36rl4akv694yz65hr72q4kv4b3lxcbi65b3p";
  const bytes = Buffer.from(hex, "hex");
  for (const digits of [nix32, hex, bytes.toString("base64")]) {
    const { digest, ...kind } = ContentAddress.parse(`fixed:r:sha256:${digits}`);
    assert.deepEqual(kind, { method: "recursive", algorithm: "sha256" });
    assert.deepEqual(Buffer.from(digest), bytes);
  }
});

for (const text of [
  "",
  "text:sha256:",
  "text:sha1:kpcd173cq987hw957sx6m0868wv3x6d9",
  "text:r:sha256:0ip26j2h11n1kgkz36rl4akv694yz65hr72q4kv4b3lxcbi65b3p",
  "fixed:git:sha1:kpcd173cq987hw957sx6m0868wv3x6d9",
  "fixed:sha3:kpcd173cq987hw957sx6m0868wv3x6d9",
  "fixed:constructor:x",
  "fixed:sha256:kpcd173cq987hw957sx6m0868wv3x6d9",
  "fixed:r:sha256:0ip26j2h11n1kgkz36rl4akv694yz65hr72q4kv4b3lxcbi65b3p\n",
]) {
  test(`refuses the content address ${JSON.stringify(text)}`, () => {
    assert.throws(() => ContentAddress.parse(text), { code: "INVALID_CONTENT_ADDRESS" });
  });
}
