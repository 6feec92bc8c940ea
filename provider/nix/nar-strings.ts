import { ByteString } from "../base/byte-string.ts";

/** Strings as a NAR has them: u64 length, little-endian; bytes; zeros up to a multiple of 8. */
export function narStrings(...strings: readonly (ByteString | Uint8Array)[]): Buffer {
  const parts = strings.map((string) => {
    const bytes = typeof string === "string" ? ByteString.toBytes(string) : string;
    const padded = Buffer.alloc(8 + Math.ceil(bytes.length / 8) * 8);
    padded.writeBigUInt64LE(BigInt(bytes.length));
    padded.set(bytes, 8);
    return padded;
  });
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}
