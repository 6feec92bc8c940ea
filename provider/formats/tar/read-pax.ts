import { ByteString } from "../../base/byte-string.ts";

/**
 * The records `LEN key=value\n` of a PAX header, as bytes; undefined when they are malformed. Values are
 * copies: a slice of a string keeps all of it in memory, and a tar may have a megabyte for each name.
 */
export function readPax(bytes: Uint8Array): ReadonlyMap<ByteString, ByteString> | undefined {
  const text = ByteString.fromBytes(bytes);
  const records = new Map<ByteString, ByteString>();
  for (let at = 0; at < text.length;) {
    const [head = "", digits = ""] = /^(\d{1,9}) /.exec(text.slice(at, at + 10)) ?? [];
    const end = at + Number(digits);
    const record = text.slice(at + head.length, end - 1);
    const equals = record.indexOf("=");
    if (head === "" || end > text.length || text[end - 1] !== "\n" || equals < 1) return undefined;
    records.set(
      ByteString.copy(record.slice(0, equals)),
      ByteString.copy(record.slice(equals + 1)),
    );
    at = end;
  }
  return records;
}
