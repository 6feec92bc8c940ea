/**
 * Hashes as Nix spells them: `<algorithm>:` and hex, nixbase32 or base64 (the length shows which), or
 * `<algorithm>-<base64>` (SRI).
 * @see https://nix.dev/manual/nix/latest/protocols/json/hash
 * @module
 */
import { createHash } from "node:crypto";
import { LixImageError } from "../../base/errors.ts";
import { nixbase32 } from "./nixbase32.ts";

declare const brand: unique symbol;
/** sha256 of a NAR, always as `sha256-<base64>`, so that equal hashes are equal strings. */
export type NarHash = string & { readonly [brand]: "NarHash" };

const SIZE = 32;

export const NarHash = {
  /** Any spelling. */
  parse(text: string): NarHash {
    const bytes = text.startsWith("sha256-")
      ? decodeBase64(text.slice(7), SIZE)
      : text.startsWith("sha256:")
        ? decodeDigest(text.slice(7), SIZE)
        : undefined;
    if (bytes === undefined) throw new InvalidNarHash(text);
    return NarHash.fromBytes(bytes);
  },
  /** The hash of a raw 32-byte digest. */
  fromBytes(digest: Uint8Array): NarHash {
    if (digest.length !== SIZE) throw new InvalidNarHash(`${digest.length} bytes`);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the one door into the brand
    return `sha256-${Buffer.from(digest).toString("base64")}` as NarHash;
  },
  /** Hashes a NAR held in memory. */
  of: (nar: Uint8Array): NarHash => NarHash.fromBytes(createHash("sha256").update(nar).digest()),
  toBytes: (hash: NarHash): Uint8Array => Buffer.from(hash.slice(7), "base64"),
  /** `sha256:<52 digits>`, as narinfos and fingerprints have it. */
  toNix32: (hash: NarHash): string => `sha256:${nixbase32.encode(NarHash.toBytes(hash))}`,
  /** 64 lowercase digits, as the store database has it. */
  toHex: (hash: NarHash): string => Buffer.from(hash.slice(7), "base64").toString("hex"),
};

/** Reads a digest of `size` bytes in hex, nixbase32 or base64; undefined if the text is none of them. */
export function decodeDigest(text: string, size: number): Uint8Array | undefined {
  if (text.length === size * 2)
    return /^[0-9a-fA-F]*$/.test(text) ? Buffer.from(text, "hex") : undefined;
  if (text.length === Math.ceil((size * 8) / 5)) {
    try {
      return nixbase32.decode(text);
    } catch {
      return undefined;
    }
  }
  return decodeBase64(text, size);
}

/** Exactly `size` bytes of padded base64, spelled as an encoder would; else undefined. */
export function decodeBase64(text: string, size: number): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === size && bytes.toString("base64") === text ? bytes : undefined;
}

export class InvalidNarHash extends LixImageError {
  readonly code = "INVALID_NAR_HASH";
  constructor(text: string) {
    super(`not a sha256 hash: ${JSON.stringify(text.slice(0, 200))}`, {
      hint: "expected sha256-<base64>, or sha256: and 64 hex, 52 nixbase32 or 44 base64 digits",
    });
  }
}
