/**
 * One 512-byte ustar block, as Go's archive/tar fills it: numbers are octal digits and a NUL, the
 * checksum six digits, a NUL and a blank.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import type { Owner } from "../../base/owner.ts";

export const BLOCK_SIZE = 512;
export const NAME_SIZE = 100;
export const PREFIX_SIZE = 155;
/** The longest name of a user or a group, which needs no NUL at its end: Go's USTAR limit. */
export const OWNER_NAME_SIZE = 32;
/** What eleven octal digits hold: files from 8 GiB on need a PAX record. */
export const MAX_SIZE = 8 * 1024 ** 3 - 1;
/** What seven octal digits hold: the ids that OpenShift gives to containers need a PAX record. */
export const MAX_ID = 0o7777777;

export interface BlockFields {
  /** `x` is a PAX extended header. */
  readonly typeflag: "0" | "2" | "5" | "x";
  readonly name: ByteString;
  readonly prefix: ByteString;
  readonly linkname: ByteString;
  readonly mode: number;
  /** Undefined for a PAX extended header, which nobody owns. */
  readonly owner: Owner | undefined;
  readonly size: number;
}

export function encodeBlock(fields: BlockFields): Buffer {
  const block = Buffer.alloc(BLOCK_SIZE);
  const { owner } = fields;
  putString(block, fields.name, 0, NAME_SIZE);
  putOctal(block, fields.mode, 100, 8);
  putOctal(block, fitting(owner?.uid ?? 0, MAX_ID), 108, 8);
  putOctal(block, fitting(owner?.gid ?? 0, MAX_ID), 116, 8);
  putOctal(block, fitting(fields.size, MAX_SIZE), 124, 12);
  putOctal(block, owner === undefined ? 0 : MTIME, 136, 12);
  block.write("        ", 148, "latin1"); // The sum counts its own field as blanks.
  block.write(fields.typeflag, 156, "latin1");
  putString(block, fields.linkname, 157, NAME_SIZE);
  block.write("ustar\u000000", 257, "latin1");
  if (owner !== undefined) {
    putString(block, owner.user, 265, OWNER_NAME_SIZE);
    putString(block, owner.group, 297, OWNER_NAME_SIZE);
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

/** A number that does not fit stands in a PAX record, and Go writes zero here. */
const fitting = (value: number, max: number): number => (value > max ? 0 : value);

function putOctal(block: Buffer, value: number, at: number, width: number): void {
  block.write(value.toString(8).padStart(width - 1, "0"), at, "latin1");
  block[at + width - 1] = 0;
}

/** Cuts what is too long. A cut behind a slash would look like a directory, so Go puts a NUL there. */
function putString(block: Buffer, text: ByteString, at: number, size: number): void {
  block.write(text, at, size, "latin1");
  if (text.length > size && text[size - 1] === "/")
    block[at + text.slice(0, size - 1).replace(/\/+$/, "").length] = 0;
}
