import type { ByteString } from "../../base/byte-string.ts";

/** Strings as a NAR has them: u64 length, little-endian; bytes; zeros up to a multiple of 8. */
export function narStrings(...strings: readonly (ByteString | Uint8Array)[]): Buffer {
  const whole = Buffer.alloc(strings.reduce((sum, { length }) => sum + sizeOf(length), 0));
  let at = 0;
  for (const string of strings) {
    whole.writeUIntLE(string.length, at, 6);
    if (typeof string === "string") whole.write(string, at + 8, "latin1");
    else whole.set(string, at + 8);
    at += sizeOf(string.length);
  }
  return whole;
}

const sizeOf = (length: number): number => 8 + Math.ceil(length / 8) * 8;
