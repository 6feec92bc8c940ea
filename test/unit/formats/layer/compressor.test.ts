import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { buffer } from "node:stream/consumers";
import { constants, createZstdCompress, gunzipSync, zstdDecompressSync } from "node:zlib";
import * as fc from "fast-check";
import { Bytes } from "../../../../provider/base/bytes.ts";
import { compress } from "../../../../provider/formats/layer/compressor.ts";
import {
  compressorVersion,
  isEarlierCompressor,
  isOwnCompressor,
} from "../../../../provider/formats/layer/layer-compression.ts";

/** Half of it compresses, half does not; the same on every run. */
const SAMPLE = Buffer.concat(
  Array.from({ length: 20_000 }, (_, index) =>
    Buffer.concat([createHash("sha256").update(String(index)).digest(), Buffer.alloc(32, index)]),
  ),
);
const ALGORITHMS = [
  { algorithm: "gzip", level: 4, open: (bytes: Uint8Array) => gunzipSync(bytes) },
  { algorithm: "gzip", level: 4, formatVersion: 1, open: (bytes: Uint8Array) => gunzipSync(bytes) },
  { algorithm: "zstd", level: 3, open: (bytes: Uint8Array) => zstdDecompressSync(bytes) },
] as const;

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    // Sometimes the next chunk is there at once, sometimes later.
    if (turn % 3 === 0) await new Promise(setImmediate);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

for (const compression of ALGORITHMS) {
  const { open, ...named } = compression;
  const algorithm = "formatVersion" in named ? "gzip of version 1" : named.algorithm;

  test(`${algorithm}: decompresses to what went in`, async () => {
    for (const input of [new Uint8Array(), Buffer.from("x"), SAMPLE]) {
      const blob = await Bytes.collect(compress(Bytes.of(input), compression));
      assert.ok(open(blob).equals(input));
    }
  });

  test(`${algorithm}: bytes do not depend on how the input is cut`, async () => {
    const wanted = await Bytes.collect(compress(Bytes.of(SAMPLE), compression));
    const sizes = fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sizes, async (each) => {
        fc.pre(each.some((size) => size > 1000));
        const blob = await Bytes.collect(compress(cut(SAMPLE, each), compression));
        assert.ok(Buffer.from(wanted).equals(blob), `cut at ${each.join()}`);
      }),
      { numRuns: 20 },
    );
    // An empty chunk, and an empty last one, change nothing either.
    const none = new Uint8Array();
    const blob = await Bytes.collect(compress(Bytes.of(none, SAMPLE, none), compression));
    assert.ok(Buffer.from(wanted).equals(blob));
  });

  test(`${algorithm}: levels differ`, async () => {
    const low = await Bytes.collect(compress(Bytes.of(SAMPLE), { ...compression, level: 1 }));
    const high = await Bytes.collect(compress(Bytes.of(SAMPLE), { ...compression, level: 9 }));
    assert.notDeepEqual(low, high);
  });

  test(`${algorithm}: an error of the source comes through`, async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield SAMPLE;
      throw new RangeError("the source broke");
    };
    await assert.rejects(Bytes.collect(compress(failing(), compression)), /the source broke/);
  });

  test(`${algorithm}: a consumer that stops early stops the source`, async () => {
    let closed = false;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield SAMPLE;
      } finally {
        closed = true;
      }
    };
    let chunks = 0;
    for await (const _ of compress(endless(), compression)) if ((chunks += 1) === 3) break;
    assert.ok(closed);
  });

  test(`${algorithm}: reads no more from the source than it can pass on`, async () => {
    let taken = 0;
    const counting = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) {
        taken += 1;
        yield SAMPLE.subarray(0, 262_144);
      }
    };
    for await (const chunk of compress(counting(), compression)) if (chunk.length > 10) break;
    await new Promise((later) => setTimeout(later, 50));
    assert.ok(taken <= 4, `${taken} chunks were taken for one`);
  });

  test(`${algorithm}: names the library that decides the bytes`, () => {
    const version = compressorVersion(compression);
    assert.match(version, new RegExp(`^${compression.algorithm}:(zlib|libdeflate|zstd)-1\\.`));
    assert.ok(isOwnCompressor(version));
    assert.equal(isEarlierCompressor(version), "formatVersion" in compression);
  });
}

test(
  "zstd: the same bytes as Node's zstd 1.5.7",
  { skip: process.versions["zstd"] !== "1.5.7" },
  async () => {
    for (const level of [1, 3, 12, 19]) {
      const input = SAMPLE.subarray(0, 300_000);
      const node = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level } });
      const theirs = buffer(node);
      // The end comes later, so that it does not know the size when it starts.
      await new Promise((resolve) => node.write(input, resolve));
      node.end();
      const ours = await Bytes.collect(compress(Bytes.of(input), { algorithm: "zstd", level }));
      assert.ok(Buffer.from(ours).equals(await theirs), `level ${level}`);
    }
  },
);

test("gzip: the header names neither time nor operating system", async () => {
  const blob = await Bytes.collect(compress(Bytes.of(SAMPLE), { algorithm: "gzip", level: 9 }));
  assert.equal(Buffer.from(blob.subarray(0, 10)).toString("hex"), "1f8b08000000000000ff");
});

test("zstd: one frame, without an empty one behind it", async () => {
  const input = Bytes.of(Buffer.alloc(512), Buffer.alloc(512));
  const blob = await Bytes.collect(compress(input, { algorithm: "zstd", level: 3 }));
  assert.equal(Buffer.from(blob).indexOf("28b52ffd", 4, "hex"), -1);
  assert.ok(blob.length < 32, `${blob.length} bytes for 1024 zeros`);
});
