import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { Bytes } from "../../../provider/base/bytes.ts";
import { compress } from "../../../provider/formats/layer/compressor.ts";
import { decompressLayer } from "../../../provider/destination/decompress-layer.ts";
import { MediaType } from "../../../provider/formats/oci/media-type.ts";

const TAR = Buffer.concat([randomBytes(700_000), Buffer.alloc(1_000_000)]);
const COMPRESSED = [
  { mediaType: MediaType.layerGzip, algorithm: "gzip", level: 1 },
  { mediaType: MediaType.layerZstd, algorithm: "zstd", level: 1 },
] as const;

for (const { mediaType, ...compression } of COMPRESSED) {
  const blob = (): Promise<Uint8Array> => Bytes.collect(compress(Bytes.of(TAR), compression));
  const decompress = (source: Bytes): Promise<Uint8Array> =>
    Bytes.collect(decompressLayer(source, mediaType, "a layer"));

  test(`a layer of ${compression.algorithm} comes out as it was put in`, async () => {
    assert.ok(TAR.equals(await decompress(Bytes.of(await blob()))));
  });

  test(`reports a damaged layer of ${compression.algorithm} as damaged`, async () => {
    const cut = (await blob()).subarray(0, 500_000);
    for (const bytes of [cut, Bytes.fromText("no compression at all")])
      await assert.rejects(decompress(Bytes.of(bytes)), { code: "LAYER_UNDECODABLE" });
  });

  test(`what breaks the source of a layer of ${compression.algorithm} is the reason`, async () => {
    const trouble = new Error("the cache went away");
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield (await blob()).subarray(0, 300_000);
      throw trouble;
    };
    await assert.rejects(decompress(broken()), trouble);
  });
}

/** What Node's own decoder takes only the first of. @see provider/compression/zstd.ts */
const HALVES = [TAR.subarray(0, 600_001), TAR.subarray(600_001)];
/** As zstd:chunked has them, for its table of contents. @see RFC 8878 3.1.2 */
const SKIPPABLE = Buffer.from("502a4d1803000000616263", "hex");

for (const [what, mediaType, bytes] of [
  [
    "zstd frames, and skippable ones",
    MediaType.layerZstd,
    [...HALVES.flatMap((half) => [zstdCompressSync(half), SKIPPABLE])],
  ],
  [
    "gzip members",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    HALVES.map((half) => gzipSync(half)),
  ],
] as const)
  test(`a layer of several ${what} is read whole`, async () => {
    const layer = decompressLayer(Bytes.of(Buffer.concat(bytes)), mediaType, "a layer");
    assert.ok(TAR.equals(await Bytes.collect(layer)));
  });

test("a plain layer stays as it is", async () => {
  const plain = decompressLayer(Bytes.of(TAR), MediaType.layerTar, "a layer");
  assert.ok(TAR.equals(await Bytes.collect(plain)));
});
