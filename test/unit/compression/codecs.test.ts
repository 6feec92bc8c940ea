import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Codec } from "../../../provider/compression/codec.ts";
import { DamagedCompression } from "../../../provider/compression/decompress-errors.ts";
import { gzipEncoder } from "../../../provider/compression/gzip-encoder.ts";
import { zstdEncoder } from "../../../provider/compression/zstd-encoder.ts";
import { xzDecoder } from "../../../provider/compression/xz-decoder.ts";
import { WasmPool, type WasmCodec } from "../../../provider/compression/wasm.ts";
import { readVectors } from "../../support/vectors.ts";

/** Numbers of a generator, as words, some of them often: 1.9 MB, the same on every run. */
const SAMPLE = Buffer.from(
  Array.from({ length: 600_000 }, (_, index) =>
    (scramble(index) % (1 + (scramble(index >> 5) % 3_000))).toString(36),
  ).join(),
);

function scramble(index: number): number {
  const mixed = Math.imul(index ^ (index >>> 7), 2_654_435_761);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
const STREAMS = readVectors<Readonly<Record<string, string>>>("xz/streams");
const ONE = Buffer.from(STREAMS["one stream"] ?? "", "base64");

/** Its pieces are views that do not last. */
function run(codec: Codec, ...chunks: readonly Uint8Array[]): Buffer {
  const pieces: Buffer[] = [];
  for (const chunk of chunks)
    for (const piece of codec.push(chunk)) pieces.push(Buffer.from(piece));
  for (const piece of codec.end()) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

test("the wasm files are those that build.sh makes", async () => {
  const folder = new URL("../../../provider/compression/wasm/", import.meta.url);
  const readme = await readFile(new URL("README.md", folder), "utf8");
  const rows = [...readme.matchAll(/^\| `(\w+\.wasm)` .* ([0-9a-f]{64}) \|$/gm)];
  assert.equal(rows.length, 3);
  for (const [, name = "", sha256] of rows) {
    const bytes = await readFile(new URL(name, folder));
    assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256, name);
  }
});

test("two xz decoders of one thread do not disturb each other, nor one after another that failed", () => {
  const plain = run(xzDecoder(), ONE);
  const [a, b] = [xzDecoder(), xzDecoder()];
  const half = ONE.length >> 1;
  const read = { a: [] as Buffer[], b: [] as Buffer[] };
  for (const piece of a.push(ONE.subarray(0, half))) read.a.push(Buffer.from(piece));
  for (const piece of b.push(ONE)) read.b.push(Buffer.from(piece));
  assert.throws(() => run(xzDecoder(), ONE.subarray(0, half)), DamagedCompression);
  for (const piece of a.push(ONE.subarray(half))) read.a.push(Buffer.from(piece));
  for (const codec of [a, b]) assert.deepEqual([...codec.end()], []);
  assert.ok(plain.equals(Buffer.concat(read.a)) && plain.equals(Buffer.concat(read.b)));
});

test("an instance is used again, unless its memory has grown by a large dictionary", () => {
  const pool = new WasmPool<WasmCodec>("liblzma");
  const instance = pool.take();
  pool.keep(instance);
  assert.equal(pool.take(), instance);
  const PAGES = (64 * 2 ** 20) / 65_536;
  (instance.memory as unknown as { grow: (pages: number) => number }).grow(PAGES);
  pool.keep(instance);
  assert.notEqual(pool.take(), instance);
});

test("gzip: a member for each MiB, at the same places however the input is cut", () => {
  const MIB = 2 ** 20;
  const input = SAMPLE.subarray(0, MIB + 100_000);
  const whole = run(gzipEncoder(4), input);
  const cut = run(gzipEncoder(4), input.subarray(0, 5), Buffer.alloc(0), input.subarray(5));
  assert.ok(whole.equals(cut));
  assert.ok(gunzipSync(whole).equals(input));
  const first = run(gzipEncoder(4), input.subarray(0, MIB));
  assert.ok(first.equals(whole.subarray(0, first.length)), "no empty member at a member's end");
  assert.ok(run(gzipEncoder(4), input.subarray(MIB)).equals(whole.subarray(first.length)));
});

// What would change one of these changes the digest of every image: it needs a new formatVersion.
const GZIP: readonly (readonly [level: number, sha256: string])[] = [
  [1, "45ae398a7c19ffac46856eb0b0ce6b8199953a003421d6e76ea2d3282e95f84e"],
  [2, "45ae398a7c19ffac46856eb0b0ce6b8199953a003421d6e76ea2d3282e95f84e"],
  [3, "2f4a61a7a7e978bf936f3777229b4f2712ab71acbfd297ee852e56ef2108e756"],
  [4, "2f4a61a7a7e978bf936f3777229b4f2712ab71acbfd297ee852e56ef2108e756"],
  [5, "a2d981402de61e9e2ac73335f1a15de30a082933a2e8fdb0d2d5011139139e99"],
  [6, "3187b16360f75b5d41555b4c38f27df21448067801ad63dc9400d660702ef0e8"],
  [7, "c79ae3493eb5a8a91608ee9c180b0760502c61f8660a8e6fdac569f7076bf5c3"],
  [8, "23bd67de7503665fd0ecbe93cb6c18f3fb019f85829141977fdba6aea5bf54b8"],
  [9, "23bd67de7503665fd0ecbe93cb6c18f3fb019f85829141977fdba6aea5bf54b8"],
];
for (const [level, sha256] of GZIP)
  test(`gzip: the bytes of level ${level} are the same on every machine`, () => {
    const blob = run(gzipEncoder(level), SAMPLE);
    assert.ok(gunzipSync(blob).equals(SAMPLE));
    assert.equal(createHash("sha256").update(blob).digest("hex"), sha256);
  });

test("gzip: incompressible data hardly grows, and empty input is one empty member", () => {
  const noise = Buffer.concat(
    Array.from({ length: 40_000 }, (_, index) => createHash("sha256").update(`${index}`).digest()),
  );
  const blob = run(gzipEncoder(4), noise);
  assert.ok(gunzipSync(blob).equals(noise));
  assert.ok(blob.length < noise.length * 1.002, `${blob.length} of ${noise.length} bytes`);
  const nothing = run(gzipEncoder(4));
  assert.equal(gunzipSync(nothing).length, 0);
  assert.equal(nothing.length, 10 + 5 + 8);
});

const ZSTD: readonly (readonly [level: number, sha256: string])[] = [
  [1, "29298c58022aaf40828e6914e8f8187dfb77bb3b366a7a204a4021bd4cd920c8"],
  [3, "fd9c3b346aae615105c9019251d963fd6db55b1ed09a2aecf4ff1651cbb935a1"],
  [9, "60de004c1f9aa24cbedb86cb4128119486e0566a49a1f1c4f31f69c7dc4b33a8"],
  [19, "577b6daaee6c78d4eae3a214be1007ad23301f64d1852b8be22e877a6595563a"],
];
for (const [level, sha256] of ZSTD)
  test(`zstd: the bytes of level ${level} are the same on every machine`, () => {
    const blob = run(zstdEncoder(level), SAMPLE);
    assert.ok(zstdDecompressSync(blob).equals(SAMPLE));
    assert.equal(createHash("sha256").update(blob).digest("hex"), sha256);
    assert.ok(run(zstdEncoder(level), SAMPLE.subarray(0, 7), SAMPLE.subarray(7)).equals(blob));
  });
