/**
 * An xz file that stores without compressing: Node has no xz encoder, and tests need one that works
 * everywhere and gives the same bytes.
 * @see https://tukaani.org/xz/xz-file-format.txt
 * @module
 */
import { crc32 } from "node:zlib";

const HEADER_MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
const FOOTER_MAGIC = Buffer.from("YZ");
// Stream flags: check is CRC32.
const FLAGS = Buffer.from([0x00, 0x01]);
// Block: no sizes; one filter, LZMA2 (0x21), whose one property byte is a dictionary of 64 KiB.
const BLOCK_HEADER = checked(Buffer.from([0x02, 0x00, 0x21, 0x01, 0x08, 0x00, 0x00, 0x00]));
const CHUNK = 0x10000;

export function xzStored(contents: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < contents.length; at += CHUNK) {
    const chunk = contents.subarray(at, at + CHUNK);
    // LZMA2: 1 = uncompressed with a new dictionary, 2 = without one; then size - 1.
    const head = Buffer.from([at === 0 ? 1 : 2, 0, 0]);
    head.writeUInt16BE(chunk.length - 1, 1);
    chunks.push(head, chunk);
  }
  const data = Buffer.concat([...chunks, Buffer.from([0])]);
  const unpadded = BLOCK_HEADER.length + data.length + 4;
  const index = indexOf(unpadded, contents.length);
  const backward = Buffer.alloc(4);
  backward.writeUInt32LE(index.length / 4 - 1);
  const footer = Buffer.concat([backward, FLAGS]);
  return Buffer.concat([
    ...[HEADER_MAGIC, FLAGS, checksum(FLAGS)],
    ...[BLOCK_HEADER, data, padding(data.length), checksum(contents)],
    ...[index, checksum(footer), footer, FOOTER_MAGIC],
  ]);
}

function indexOf(unpadded: number, uncompressed: number): Buffer {
  const records = Buffer.from([0, 1, ...varint(unpadded), ...varint(uncompressed)]);
  return checked(Buffer.concat([records, padding(records.length)]));
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

const padding = (size: number): Buffer => Buffer.alloc(-size & 3);

function checked(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, checksum(bytes)]);
}

function checksum(bytes: Uint8Array): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(bytes));
  return sum;
}
