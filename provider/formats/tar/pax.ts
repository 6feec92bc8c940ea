/**
 * PAX extended headers: what a ustar block cannot say stands in records before it.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import { BLOCK_SIZE, encodeBlock, NAME_SIZE } from "./block.ts";

/** Only these, because everything else of ours fits: mode and time are small. */
export interface PaxRecords {
  readonly gid?: string | undefined;
  readonly gname?: ByteString | undefined;
  readonly linkpath?: ByteString | undefined;
  readonly path?: ByteString | undefined;
  readonly size?: string | undefined;
  readonly uid?: string | undefined;
  readonly uname?: ByteString | undefined;
}

/** The `x` entry for the file at `path`, records and padding included. */
export function encodePax(path: ByteString, records: PaxRecords): Uint8Array {
  const text = KEYS.map((key) =>
    records[key] === undefined ? "" : record(key, records[key]),
  ).join("");
  const block = encodeBlock({
    typeflag: "x",
    name: extendedName(path),
    prefix: "",
    linkname: "",
    mode: 0,
    owner: undefined,
    size: text.length,
  });
  const padding = Buffer.alloc(-text.length & (BLOCK_SIZE - 1));
  return Buffer.concat([block, ByteString.toBytes(text), padding]);
}

// Go sorts by key.
const KEYS = ["gid", "gname", "linkpath", "path", "size", "uid", "uname"] as const;

/** Go's best effort for a field that is ASCII by definition. */
export const onlyAscii = (bytes: ByteString): ByteString => bytes.replace(/[^\x01-\x7f]/g, "");

/** `LEN key=value\n`, where LEN counts its own digits. */
function record(key: string, value: ByteString): ByteString {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + String(rest.length).length;
  // One more digit may tip the length over a power of ten.
  length = rest.length + String(length).length;
  return `${length}${rest}`;
}

function extendedName(path: ByteString): ByteString {
  const slash = path.lastIndexOf("/") + 1;
  const name = `${path.slice(0, slash)}PaxHeaders.0/${path.slice(slash)}`;
  return onlyAscii(name).slice(0, NAME_SIZE).replace(/\/+$/, "");
}
