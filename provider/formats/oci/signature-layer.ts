/** One signature in the format of cosign before 3.0: a layer of the manifest that holds all of them. @module */
import type { Digest } from "./digest.ts";

/** A signature: what is signed, and the signature itself in an annotation. */
export interface SignatureLayer {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A signature in a manifest. */
export interface SignatureDescriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** `sig`: signatures of the image. `att`: signed statements about it. */
export type SignatureKind = "sig" | "att";

/** By whose key: `sha256:…` of the public key. We find our own signatures by it, since others sign in the same manifest. */
export const SIGNER_ANNOTATION = "pulumi-lix.signer";
