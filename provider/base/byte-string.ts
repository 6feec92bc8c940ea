/**
 * Byte strings: file names, link targets and tar paths are bytes, not text, and need not be UTF-8.
 * We hold them as JS strings with one char a byte (0..255, "latin1"), so that `<` sorts them as Nix
 * and tar do and they can be keys of a Map. ASCII literals are byte strings as they stand.
 * @module
 */

/** A string whose chars are bytes. Never show one to a person without {@link ByteString.toText}. */
export type ByteString = string;

export const ByteString = {
  fromText: (text: string): ByteString => Buffer.from(text, "utf8").toString("latin1"),
  toText: (bytes: ByteString): string => Buffer.from(bytes, "latin1").toString("utf8"),
  fromBytes: (bytes: Uint8Array): ByteString =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"),
  toBytes: (bytes: ByteString): Uint8Array => Buffer.from(bytes, "latin1"),
  /** A copy of a slice: the slice itself would keep the whole string in memory. */
  copy: (bytes: ByteString): ByteString => Buffer.from(bytes, "latin1").toString("latin1"),
  /** Orders by unsigned bytes; a prefix comes before the longer string. */
  compare: (a: ByteString, b: ByteString): number => (a < b ? -1 : a > b ? 1 : 0),
};
