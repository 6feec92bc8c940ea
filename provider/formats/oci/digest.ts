/**
 * OCI's two kinds of digests, which look alike.
 * @module
 */
import { LixImageError } from "../../base/errors.ts";
import { sha256Hex } from "../../base/sha256.ts";

declare const of: unique symbol;
type Sha256<Of extends string> = `sha256:${string}` & { readonly [of]: Of };
/** Digest of a stored blob or manifest. @see image-spec descriptor.md#digests */
export type Digest = Sha256<"blob">;
/** Digest of a layer's uncompressed tar. @see image-spec config.md#layer-diffid */
export type DiffId = Sha256<"uncompressed tar">;

const PATTERN = /^sha256:[0-9a-f]{64}$/;

export const Digest = {
  parse(text: string): Digest {
    if (!PATTERN.test(text)) throw new InvalidDigest(text);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the one door into the brand
    return text as Digest;
  },
  is: (text: string): text is Digest => PATTERN.test(text),
  /** The digest of bytes in memory. */
  of: (bytes: Uint8Array): Digest => Digest.parse(`sha256:${sha256Hex(bytes)}`),
  /** The 64 hex digits. */
  hex: (digest: Digest): string => digest.slice(7),
};

export const DiffId = {
  parse(text: string): DiffId {
    if (!PATTERN.test(text)) throw new InvalidDigest(text);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the one door into the brand
    return text as DiffId;
  },
};

export class InvalidDigest extends LixImageError {
  readonly code = "INVALID_DIGEST";
  constructor(text: string) {
    super(`not a sha256 digest: ${JSON.stringify(text)}`, {
      hint: "expected sha256: and 64 lowercase hex digits",
    });
  }
}
