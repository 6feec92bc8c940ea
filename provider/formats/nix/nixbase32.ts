/**
 * Nix's base 32: the bytes as one little-endian number, its 5-bit digits with the most significant
 * first, no padding.
 * @see https://nix.dev/manual/nix/latest/protocols/nix32
 * @module
 */
import { lixError } from "../../errors/lix-error.ts";

// Without e, o, t and u, so that no rude words come out.
const ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz";
const DIGIT_OF = new Map([...ALPHABET].map((char, digit) => [char, digit]));

export const nixbase32 = {
  encode(bytes: Uint8Array): string {
    let text = "";
    for (let n = digitsFor(bytes.length) - 1; n >= 0; n--) {
      const at = (n * 5) >> 3;
      const pair = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
      text += ALPHABET.charAt((pair >> ((n * 5) & 7)) & 31);
    }
    return text;
  },

  /** Throws INVALID_NIXBASE32 unless `encode` could have written it. */
  decode(text: string): Uint8Array {
    const bytes = new Uint8Array((text.length * 5) >> 3);
    if (digitsFor(bytes.length) !== text.length)
      throw lixError("INVALID_NIXBASE32", {
        text,
        problem: `${text.length} digits make no whole bytes`,
      });
    for (let n = 0; n < text.length; n++) {
      const char = text.charAt(text.length - 1 - n);
      const digit = DIGIT_OF.get(char);
      if (digit === undefined)
        throw lixError("INVALID_NIXBASE32", {
          text,
          problem: `${JSON.stringify(char)} is no digit`,
        });
      const at = (n * 5) >> 3;
      const pair = digit << ((n * 5) & 7);
      bytes[at] = (bytes[at] ?? 0) | (pair & 255);
      if (at + 1 < bytes.length) bytes[at + 1] = pair >> 8;
      else if (pair >> 8 !== 0)
        throw lixError("INVALID_NIXBASE32", { text, problem: "the first digit is too large" });
    }
    return bytes;
  },
};

const digitsFor = (size: number): number => Math.ceil((size * 8) / 5);
