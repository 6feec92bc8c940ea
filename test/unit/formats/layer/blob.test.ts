import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { Owner } from "../../../../provider/base/owner.ts";
import { Bytes } from "../../../../provider/base/bytes.ts";
import { packLayer } from "../../../../provider/formats/layer/blob.ts";
import { packTar, type TarItem } from "../../../../provider/formats/tar/pack.ts";

// Many times the memory that the packing takes turns with, and no two parts alike.
const CONTENTS = Buffer.from(Uint32Array.from({ length: 750_000 }, (_, i) => i * 0x9e37).buffer);

async function* items(): AsyncGenerator<TarItem> {
  yield { kind: "directory", path: "/", mode: 0o755, owner: Owner.root };
  yield { kind: "regular", path: "/f", mode: 0o444, owner: Owner.root, size: CONTENTS.length };
  yield { kind: "contents", bytes: CONTENTS };
}
const sha256 = (bytes: Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

for (const [algorithm, open] of [
  ["gzip", gunzipSync],
  ["zstd", zstdDecompressSync],
] as const)
  test(`${algorithm}: what is returned describes the blob that was written`, async () => {
    const chunks: Uint8Array[] = [];
    const identity = await packLayer(packTar(items()), { algorithm, level: 1 }, async (chunk) => {
      chunks.push(chunk.slice());
    });
    const blob = Buffer.concat(chunks);
    assert.ok(open(blob).equals(await Bytes.collect(packTar(items()))));
    assert.deepEqual(identity, {
      diffId: sha256(open(blob)),
      digest: sha256(blob),
      size: blob.length,
      mediaType: `application/vnd.oci.image.layer.v1.tar+${algorithm}`,
    });
  });

test("a sink that fails stops the packing and closes the source", async () => {
  let closed = false;
  const watched = async function* (): AsyncGenerator<TarItem> {
    try {
      yield* items();
    } finally {
      closed = true;
    }
  };
  const full = packLayer(packTar(watched()), { algorithm: "gzip", level: 1 }, async () => {
    throw new Error("no space left on device");
  });
  await assert.rejects(full, /no space left/);
  assert.equal(closed, true);
  closed = false;
  let sunk = 0;
  const later = packLayer(packTar(watched()), { algorithm: "gzip", level: 1 }, async () => {
    sunk += 1;
    if (sunk > 1) throw new Error("no space left on device");
  });
  await assert.rejects(later, /no space left/);
  assert.equal(closed, true);
});
