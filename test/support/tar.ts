/**
 * Tars for tests of readers: any header, also ones that no sane program writes.
 * @module
 */
import { ByteString } from "../../provider/base/byte-string.ts";

export interface TarPart {
  readonly name: ByteString;
  /** Default: "0", a file. */
  readonly type?: string;
  readonly target?: ByteString;
  /** Default: 0o644. */
  readonly mode?: number;
  readonly contents?: string | Uint8Array;
  /** Instead of the length of the contents. */
  readonly size?: string;
  /** Default: ustar's. */
  readonly magic?: string;
  readonly prefix?: ByteString;
}

/** The archive, with the two blocks of zeros at its end. */
export const tarOf = (...parts: readonly TarPart[]): Buffer =>
  Buffer.concat([...parts.map(tarPart), Buffer.alloc(1024)]);

/** A PAX header of these records, for the part after it. */
export const pax = (records: Readonly<Record<string, ByteString>>, type = "x"): TarPart => ({
  name: "PaxHeaders/x",
  type,
  contents: ByteString.toBytes(Object.entries(records).map(paxRecord).join("")),
});

/** GNU's long name ("L") or long link target ("K") of the part after it. */
export const gnuLong = (type: "L" | "K", text: ByteString): TarPart => ({
  name: "././@LongLink",
  type,
  contents: ByteString.toBytes(`${text}\0`),
  magic: "ustar  \0",
});

export function tarPart(part: TarPart): Buffer {
  const contents = Buffer.from(part.contents ?? "");
  const block = Buffer.alloc(512);
  block.write(part.name, 0, 100, "latin1");
  block.write(`${(part.mode ?? 0o644).toString(8).padStart(7, "0")}\0`, 100);
  block.write("0000000\x000000000\0", 108);
  block.write(part.size ?? `${contents.length.toString(8).padStart(11, "0")}\0`, 124, 12, "latin1");
  block.write("00000000001\0        ", 136);
  block.write(part.type ?? "0", 156, "latin1");
  block.write(part.target ?? "", 157, 100, "latin1");
  block.write(part.magic ?? "ustar\x0000", 257, "latin1");
  block.write(part.prefix ?? "", 345, 155, "latin1");
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([block, contents, Buffer.alloc(-contents.length & 511)]);
}

function paxRecord([key, value]: readonly [string, ByteString]): ByteString {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length)
    length = String(length).length + rest.length;
  return `${length}${rest}`;
}
