import assert from "node:assert/strict";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { throughCodec } from "../../../provider/compression/codec.ts";
import {
  DamagedCompression,
  UnsupportedCompression,
} from "../../../provider/compression/decompress-errors.ts";
import { xzDecoder } from "../../../provider/compression/xz-decoder.ts";
import { inChunks } from "../../support/nar.ts";
import { readVectors } from "../../support/vectors.ts";

const PLAIN = Buffer.from(
  Array.from({ length: 500 }, (_, i) => `${i}\n`)
    .join("")
    .repeat(200),
);
const STREAMS = readVectors<Readonly<Record<string, string>>>("xz/streams");
const stream = (name: string): Buffer => Buffer.from(STREAMS[name] ?? "", "base64");
const ONE = stream("one stream");

const unxz = (source: Bytes): Bytes => throughCodec(source, xzDecoder());
const read = (compressed: Uint8Array, chunk = compressed.length): Promise<Uint8Array> =>
  Bytes.collect(unxz(inChunks(compressed, chunk)));

for (const name of Object.keys(STREAMS).filter((each) => !/128/.test(each)))
  test(`decodes ${name}`, async () => {
    for (const chunk of [1, 100, 5000]) assert.ok(PLAIN.equals(await read(stream(name), chunk)));
  });

test("a dictionary above 64 MiB is refused with what to do", async () => {
  await assert.rejects(read(stream("128 MiB dictionary")), (error) => {
    assert.ok(error instanceof UnsupportedCompression);
    assert.match(error.message, /dictionary above 64 MiB/);
    assert.match(error.hint ?? "", /a cache that serves zstd/);
    return true;
  });
});

test("cut short, changed or followed by other bytes it throws", async () => {
  for (const at of [13, 100, ONE.length - 1])
    await assert.rejects(read(ONE.subarray(0, at)), DamagedCompression, `cut at ${at}`);
  const changed = Buffer.from(ONE);
  changed.writeUInt8(changed.readUInt8(200) ^ 1, 200);
  await assert.rejects(read(changed), DamagedCompression);
  await assert.rejects(read(Buffer.concat([ONE, Buffer.from("rest")])), DamagedCompression);
});

test("several streams are decoded at once", async () => {
  const all = await Promise.all(Array.from({ length: 12 }, () => read(ONE, 50)));
  for (const each of all) assert.ok(PLAIN.equals(each));
});

test("a reader that leaves, and a source that fails, leave the decoder usable", async () => {
  const broken = new Error("network");
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield ONE.subarray(0, 100);
    throw broken;
  };
  for (let i = 0; i < 6; i += 1) {
    for await (const chunk of unxz(inChunks(ONE, 50))) if (chunk.length > 0) break;
    await assert.rejects(Bytes.collect(unxz(failing())), broken);
  }
  assert.ok(PLAIN.equals(await read(ONE)));
});
