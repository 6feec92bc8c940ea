import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { Bytes } from "../../../provider/base/bytes.ts";
import {
  DamagedCompression,
  UnsupportedCompression,
} from "../../../provider/compression/decompress-errors.ts";
import { decompress } from "../../../provider/compression/decompress.ts";
import { inChunks } from "../../support/nar.ts";

const NAR = Buffer.concat([
  Buffer.from("\x0d\0\0\0\0\0\0\0nix-archive-1\0\0\0", "latin1"),
  Buffer.from("not random, not constant. ".repeat(20_000)),
]);

const read = (compressed: Uint8Array, named: string, chunk = 10_007): Promise<Uint8Array> =>
  Bytes.collect(decompress(inChunks(compressed, chunk), named));

/** Skippable frames are for others to use. @see RFC 8878 3.1.2 */
const SKIPPABLE = Buffer.from("5a2a4d1803000000616263", "hex");

/** Frames whose contents are not a multiple of any buffer, which Node's decoder drops. */
const zstdFrames = (bytes: Uint8Array, size: number): Buffer => {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size)
    frames.push(zstdCompressSync(bytes.subarray(at, at + size)), SKIPPABLE);
  return Buffer.concat(frames);
};

const FORMATS: readonly (readonly [name: string, compressed: Uint8Array])[] = [
  ["zstd", zstdCompressSync(NAR)],
  ["zstd", zstdFrames(NAR, 33_333)],
  ["zstd", Buffer.concat([SKIPPABLE, zstdCompressSync(NAR)])],
  ["gzip", gzipSync(NAR)],
  ["gzip", Buffer.concat([gzipSync(NAR.subarray(0, 99_999)), gzipSync(NAR.subarray(99_999))])],
  ["br", brotliCompressSync(NAR, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })],
  ["none", NAR],
];

for (const [name, compressed] of FORMATS)
  test(`${name}, ${compressed.length} bytes, decodes whole in chunks of any size`, async () => {
    for (const chunk of [compressed.length, 65_536, 1009, 1])
      if (compressed.length / chunk < 50_000)
        assert.ok(NAR.equals(await read(compressed, name, chunk)), `chunks of ${chunk}`);
  });

test("the bytes decide, not the name", async () => {
  for (const [, compressed] of FORMATS.filter(([name]) => name !== "br"))
    for (const lie of ["xz", "none", "bzip2", "foo"])
      assert.ok(NAR.equals(await read(compressed, lie)), lie);
});

test("plain bytes that are no NAR are accepted only if the name means no compression", async () => {
  assert.equal((await read(Buffer.from("plain"), "none")).length, 5);
  assert.equal((await read(Buffer.from("plain"), "")).length, 5);
  assert.equal((await read(Buffer.alloc(0), "none")).length, 0);
  await assert.rejects(read(Buffer.from("<html>"), "xz"), DamagedCompression);
  await assert.rejects(read(Buffer.alloc(0), "zstd"), DamagedCompression);
});

test("damage anywhere ends the reading, in chunks of any size", { timeout: 60_000 }, async () => {
  for (const [name, compressed] of FORMATS.filter(([format]) => format !== "none"))
    for (const at of [0, 13, 100, compressed.length >> 1, compressed.length - 5]) {
      const damaged = Buffer.from(compressed).fill(0xa7, Math.min(at, compressed.length - 5));
      for (const chunk of [damaged.length, 1009, 7])
        await assert.rejects(read(damaged, name, chunk), DamagedCompression, `${name} at ${at}`);
    }
});

test("what cannot be decoded is named", async () => {
  for (const [start, name] of [
    ["BZh91AY&SY", "bzip2"],
    ["LZIP", "lzip"],
    ["\x04\x22\x4d\x18", "lz4"],
  ] as const)
    await assert.rejects(read(Buffer.from(start, "latin1"), "xz"), (error) => {
      assert.ok(error instanceof UnsupportedCompression);
      assert.match(error.message, new RegExp(name));
      return true;
    });
});

for (const [name, compressed] of FORMATS.filter(([named]) => named !== "none"))
  test(`${name}, ${compressed.length} bytes, cut short anywhere throws`, async () => {
    const whole = new Set(ends(compressed));
    const cut = fc.integer({ min: 1, max: compressed.length - 1 }).filter((at) => !whole.has(at));
    await fc.assert(
      fc.asyncProperty(cut, (at) =>
        assert.rejects(read(compressed.subarray(0, at), name), DamagedCompression),
      ),
      { numRuns: 30, examples: [[1], [compressed.length - 1]] },
    );
  });

/** Where a file may end without a fault: behind each frame or member. */
function ends(compressed: Uint8Array): number[] {
  const bytes = Buffer.from(compressed);
  const magics = [SKIPPABLE, Buffer.from("28b52ffd", "hex"), Buffer.from("1f8b08", "hex")];
  return magics.flatMap((magic) => {
    const found: number[] = [];
    for (let at = 0; (at = bytes.indexOf(magic, at + 1)) > 0;) found.push(at);
    return found;
  });
}

test("zstd of any frames decodes in chunks of any size", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 3000 }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(1, 7, 4096),
      async (parts, chunk) => {
        const compressed = Buffer.concat(parts.map((part) => zstdCompressSync(part)));
        assert.ok(Buffer.concat(parts).equals(await read(compressed, "zstd", chunk)));
      },
    ),
    { numRuns: 50 },
  );
});

test("bytes after the last zstd frame are refused", async () => {
  await assert.rejects(
    read(Buffer.concat([zstdCompressSync(NAR), Buffer.from("rest")]), "zstd"),
    DamagedCompression,
  );
});

test("a zstd window beyond the memory bound is refused before it is allocated", async () => {
  // Magic, no single segment, window descriptor 31 << 3: 2^41 bytes.
  const frame = Buffer.from("28b52ffd00f8", "hex");
  await assert.rejects(read(frame, "zstd"), UnsupportedCompression);
});

test("a zstd window of 128 MiB is accepted, and a larger one refused", async () => {
  // Magic, descriptor, window, an empty last block.
  const frame = (window: string): Buffer => Buffer.from(`28b52ffd00${window}010000`, "hex");
  assert.equal((await read(frame("88"), "zstd")).length, 0);
  await assert.rejects(read(frame("89"), "zstd"), UnsupportedCompression);
});

for (const [name, fruitless] of [
  ["skippable frames", SKIPPABLE],
  [
    "large skippable frames",
    Buffer.concat([Buffer.from("5a2a4d1800000100", "hex"), Buffer.alloc(65_536)]),
  ],
  ["empty zstd frames", zstdCompressSync(Buffer.alloc(0))],
  ["empty gzip members", gzipSync(Buffer.alloc(0))],
] as const)
  test(`${name} without end are refused`, { timeout: 60_000 }, async () => {
    const copies = Math.ceil(16_384 / fruitless.length);
    const chunk = Buffer.concat(Array.from({ length: copies }, () => fruitless));
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield chunk;
    };
    await assert.rejects(Bytes.collect(decompress(source(), "")), (error) => {
      assert.ok(error instanceof DamagedCompression);
      assert.match(error.message, /decode to only 0|empty frames/);
      return true;
    });
  });

test("contents that do not compress are not mistaken for frames without an end", async () => {
  const noise = randomBytes(12 * 1024 * 1024);
  for (const compressed of [zstdCompressSync(noise), gzipSync(noise)])
    assert.ok(noise.equals(await read(compressed, "", 65_536)));
});

test("zstd with a long window decodes", async () => {
  const { ZSTD_c_windowLog, ZSTD_c_enableLongDistanceMatching } = constants;
  const params = { [ZSTD_c_windowLog]: 28, [ZSTD_c_enableLongDistanceMatching]: 1 };
  const compressed = zstdCompressSync(NAR, { params });
  assert.ok(NAR.equals(await read(compressed, "zstd")));
});

test("a failure of the source is thrown as it is", async () => {
  const broken = new Error("network");
  for (const [name, compressed] of FORMATS) {
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield compressed.subarray(0, 100);
      throw broken;
    };
    await assert.rejects(Bytes.collect(decompress(source(), name)), broken);
  }
});

test("leaving early closes the source", async () => {
  for (const [name, compressed] of FORMATS) {
    let closed = false;
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield compressed;
        for (;;) yield compressed;
      } finally {
        closed = true;
      }
    };
    for await (const chunk of decompress(source(), name)) if (chunk.length > 0) break;
    assert.ok(closed, name);
  }
});

test("no more is read ahead than a few buffers", async () => {
  let sent = 0;
  const noise = zstdCompressSync(randomBytes(65_536));
  const source = async function* (): AsyncGenerator<Uint8Array> {
    for (; sent < 2000; sent += 1) yield noise;
  };
  const output = decompress(source(), "zstd");
  await output.next();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(sent < 100, `${sent} chunks`);
  await output.return(undefined);
});

test("a chunk is not used any more when the next one is asked for", async () => {
  const noise = Buffer.concat([NAR, randomBytes(100_000)]);
  for (const [named, compressed] of [
    ["gzip", gzipSync(noise)],
    ["zstd", zstdFrames(noise, 33_333)],
    ["br", brotliCompressSync(noise, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ] as const)
    for (const size of [1_000, 50_000]) {
      const overwritten = async function* (): Bytes {
        for await (const chunk of inChunks(compressed, size)) {
          const own = Uint8Array.from(chunk);
          yield own;
          own.fill(0xff);
        }
      };
      assert.ok(noise.equals(await Bytes.collect(decompress(overwritten(), named))), named);
    }
});
