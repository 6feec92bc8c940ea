/**
 * One 512-byte ustar block, as Go's archive/tar fills it: numbers are octal digits and a NUL, the
 * checksum six digits, a NUL and a blank.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 * @module
 */
import type { ByteString } from "../base/byte-string.ts";

export const BLOCK_SIZE = 512;
export const NAME_SIZE = 100;
export const PREFIX_SIZE = 155;
/** What eleven octal digits hold: files from 8 GiB on need a PAX record. */
export const MAX_SIZE = 8 * 1024 ** 3 - 1;

export interface BlockFields {
  /** `x` is a PAX extended header: nobody owns it. */
  readonly typeflag: "0" | "2" | "5" | "x";
  readonly name: ByteString;
  readonly prefix: ByteString;
  readonly linkname: ByteString;
  readonly mode: number;
  readonly size: number;
}

export function encodeBlock(fields: BlockFields): Buffer {
  const block = Buffer.alloc(BLOCK_SIZE);
  const extended = fields.typeflag === "x";
  putString(block, fields.name, 0);
  putOctal(block, fields.mode, 100, 8);
  putOctal(block, 0, 108, 8); // uid
  putOctal(block, 0, 116, 8); // gid
  putOctal(block, fields.size > MAX_SIZE ? 0 : fields.size, 124, 12);
  putOctal(block, extended ? 0 : MTIME, 136, 12);
  block.write("        ", 148, "latin1"); // The sum counts its own field as blanks.
  block.write(fields.typeflag, 156, "latin1");
  putString(block, fields.linkname, 157);
  block.write("ustar\u000000", 257, "latin1");
  if (!extended) {
    block.write("root", 265, "latin1");
    block.write("root", 297, "latin1");
    putOctal(block, 0, 329, 8); // devmajor
    putOctal(block, 0, 337, 8); // devminor
  }
  block.write(fields.prefix, 345, "latin1");
  let sum = 0;
  for (let at = 0; at < BLOCK_SIZE; at += 1) sum += block[at] ?? 0;
  putOctal(block, sum, 148, 7);
  return block;
}

// nix2container sets it for every entry, as Nix does in the store.
const MTIME = 1;

function putOctal(block: Buffer, value: number, at: number, width: number): void {
  block.write(value.toString(8).padStart(width - 1, "0"), at, "latin1");
  block[at + width - 1] = 0;
}

/** Cuts at 100 bytes. A cut that ends in a slash would look like a directory, so Go puts a NUL there. */
function putString(block: Buffer, text: ByteString, at: number): void {
  block.write(text, at, NAME_SIZE, "latin1");
  if (text.length > NAME_SIZE && text[NAME_SIZE - 1] === "/")
    block[at + text.slice(0, NAME_SIZE - 1).replace(/\/+$/, "").length] = 0;
}
