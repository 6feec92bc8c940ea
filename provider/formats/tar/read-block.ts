/**
 * Reads one 512-byte header as tars of all ages have them: v7, ustar, GNU.
 * @see https://www.gnu.org/software/tar/manual/html_node/Standard.html
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import { NAME_SIZE, PREFIX_SIZE } from "./block.ts";
import { cString } from "./tar-input.ts";

export interface ReadBlock {
  readonly typeflag: string;
  readonly name: ByteString;
  readonly linkname: ByteString;
  readonly mode: number;
  readonly size: number;
}

/** Undefined for the block of zeros that ends an archive; a text says what is wrong with it. */
export function readBlock(block: Buffer): ReadBlock | string | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const sum = readNumber(block.subarray(148, 156));
  // Some old tars added up signed chars.
  if (sum !== checksum(block, 0) && sum !== checksum(block, 256))
    return "a header with a wrong checksum";
  const mode = readNumber(block.subarray(100, 108));
  const size = readNumber(block.subarray(124, 136));
  if (mode === undefined || size === undefined) return "a header with a malformed number";
  const name = cString(block.subarray(0, NAME_SIZE));
  // GNU's magic is "ustar  ": there the prefix's place holds other things.
  const ustar = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = ustar ? cString(block.subarray(345, 345 + PREFIX_SIZE)) : "";
  return {
    typeflag: String.fromCharCode(block[156] || 0x30),
    name: prefix === "" ? name : `${prefix}/${name}`,
    linkname: cString(block.subarray(157, 157 + NAME_SIZE)),
    mode,
    size,
  };
}

/** The sum of all bytes, with blanks in its own field; bytes from 128 on count minus `wrap`. */
function checksum(block: Buffer, wrap: number): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < block.length; at += 1) {
    const byte = at >= 148 && at < 156 ? 0 : (block[at] ?? 0);
    sum += byte < 128 ? byte : byte - wrap;
  }
  return sum;
}

/** Octal digits among blanks and NULs, or GNU's big-endian bytes after 0x80. */
function readNumber(field: Buffer): number | undefined {
  if (field[0] === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const text = cString(field).trim();
  if (text === "") return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}
