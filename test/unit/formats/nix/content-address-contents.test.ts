import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { Bytes } from "../../../../provider/base/bytes.ts";
import {
  moduloHasher,
  verifyContentAddress,
} from "../../../../provider/formats/nix/content-address-contents.ts";
import { writeNar } from "../../../../provider/formats/nix/nar-writer.ts";
import type { PathInfo } from "../../../../provider/formats/nix/path-info.ts";
import { Tree } from "../../../../provider/formats/nix/tree.ts";
import { infoOf, type ContentAddressVectors } from "../../../support/content-address-vectors.ts";
import { inChunks } from "../../../support/nar.ts";
import { treeOf, type NarVector } from "../../../support/nar-vectors.ts";
import { readVectors } from "../../../support/vectors.ts";

const vectors = readVectors<ContentAddressVectors>("nix/content-address");

const drain = async (nar: Uint8Array, info: PathInfo, chunk = nar.length): Promise<Uint8Array> =>
  Bytes.collect(verifyContentAddress(inChunks(nar, chunk), info));

const paths = [
  ...vectors.text.map((text) => [infoOf(text), writeNar(Tree.file(text.contents))] as const),
  ...[...vectors.caRecursive, ...vectors.caAcceptedByNixVerify].map(
    (path) => [infoOf(path), Buffer.from(path.nar_base64, "base64")] as const,
  ),
];
for (const [info, nar] of paths) {
  test(`lets the contents of ${info.storePath} (${info.ca}) pass unchanged`, async () => {
    for (const chunk of [1, 31, 33, nar.length])
      assert.deepEqual(Buffer.from(await drain(nar, info, chunk)), Buffer.from(nar));
  });
}

const emptyFile = readVectors<readonly NarVector[]>("nix/nar").find(
  (nar) => nar.name === "empty-file",
);
assert.ok(emptyFile);
const emptyNar = writeNar(treeOf(emptyFile));
for (const fixed of vectors.fixed.filter(
  (path) => path.name === "empty-file" && path.algo !== "sha256",
)) {
  test(`knows the ${fixed.recursive ? "recursive" : "flat"} ${fixed.algo} of a file`, async () => {
    await drain(emptyNar, infoOf(fixed), 10);
    const other = writeNar(Tree.file("x"));
    await assert.rejects(drain(other, infoOf(fixed), 10), { code: "CONTENT_ADDRESS_MISMATCH" });
  });
}

const [text] = paths;
const selfy = paths.find(([info]) => info.storePath.endsWith("-selfy"));
assert.ok(text && selfy);

test("refuses a text with other contents", async () => {
  await assert.rejects(drain(writeNar(Tree.file("hellO\n")), text[0]), {
    code: "CONTENT_ADDRESS_MISMATCH",
  });
});

test("refuses a directory or a link as a text", async () => {
  await assert.rejects(drain(writeNar(Tree.directory()), text[0]), {
    code: "CONTENT_ADDRESS_MISMATCH",
  });
  await assert.rejects(drain(writeNar(Tree.symlink("x")), text[0]), {
    code: "CONTENT_ADDRESS_MISMATCH",
  });
});

test("refuses a path that refers to itself when any byte differs, in its hash part or elsewhere", async () => {
  const [info, nar] = selfy;
  const own = Buffer.from(nar).indexOf(info.storePath.slice(11, 43));
  for (const at of [own, own + 31, own - 1, nar.length - 24]) {
    const changed = Uint8Array.from(nar);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await assert.rejects(drain(changed, info), { code: "CONTENT_ADDRESS_MISMATCH" });
  }
});

test("a path without a content address passes", async () => {
  assert.equal((await drain(emptyNar, { ...text[0], ca: undefined })).length, 112);
});

test("hashing modulo a hash part does not depend on where chunks end", () => {
  const own = "8hb1zapwkfr1j7zmxj7s7wj2pgci7zjm";
  const piece = fc.oneof(
    fc.constant(own),
    fc.string({ maxLength: 4 }),
    fc.constant(own.slice(0, 20)),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.integer({ min: 1, max: 80 }), (pieces, size) => {
      const bytes = Buffer.from(pieces.join(""));
      const hasher = moduloHasher("sha256", own);
      for (let at = 0; at < bytes.length; at += size) hasher.add(bytes.subarray(at, at + size));
      // The definition, on the whole.
      let whole = bytes.toString("latin1");
      let offsets = "";
      for (let at = whole.indexOf(own); at >= 0; at = whole.indexOf(own)) {
        offsets += `|${at}`;
        whole = whole.replace(own, "\0".repeat(32));
      }
      const expected = createHash("sha256")
        .update(whole + offsets, "latin1")
        .digest();
      assert.deepEqual(Buffer.from(hasher.digest()), expected);
    }),
  );
});
