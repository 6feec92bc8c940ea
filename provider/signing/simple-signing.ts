/**
 * Signatures of images in the format of cosign before 3.0, which containers/image (skopeo, podman, CRI-O) reads too:
 * a payload that names the image and its digest, and the payload's signature in an annotation.
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 * @module
 */
import { z } from "zod";
import { jsonIn } from "../base/json.ts";
import { Digest } from "../formats/oci/digest.ts";
import { SIGNER_ANNOTATION, type SignatureLayer } from "../formats/oci/signature-layer.ts";
import type { SigningKey } from "./signing-key.ts";
import { VerificationKey } from "./verification-key.ts";

/** What a signature claims. */
export interface SimpleClaim {
  /** The image's name: `ghcr.io/acme/lix:latest`. cosign does not look at it, policies of containers/image do. */
  readonly reference: string;
  /** Of the manifest or index. */
  readonly digest: string;
}

export const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
export const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";

export const SimpleSigning = {
  /** The bytes that are signed. cosign writes the same, so that its signatures by the same key are found to be the same. */
  payload({ reference, digest }: SimpleClaim): Uint8Array {
    const critical = {
      identity: { "docker-reference": reference },
      image: { "docker-manifest-digest": digest },
      type: TYPE,
    };
    return Buffer.from(JSON.stringify({ critical, optional: null }), "utf8");
  },

  /** Of the layer with the payload. */
  payloadDigest: (claim: SimpleClaim): Digest => Digest.of(SimpleSigning.payload(claim)),

  sign(
    key: SigningKey,
    claim: { readonly reference: string; readonly digest: Digest },
  ): SignatureLayer {
    const bytes = SimpleSigning.payload(claim);
    const signature = Buffer.from(key.sign(bytes)).toString("base64");
    return {
      mediaType: SIMPLE_SIGNING,
      bytes,
      annotations: {
        [SIGNATURE_ANNOTATION]: signature,
        [SIGNER_ANNOTATION]: key.publicKey.fingerprint,
      },
    };
  },

  /** What the payload claims, if the key has signed it. */
  open(
    key: VerificationKey,
    { bytes, annotations }: Pick<SignatureLayer, "bytes" | "annotations">,
  ): SimpleClaim | undefined {
    const signature = Buffer.from(annotations[SIGNATURE_ANNOTATION] ?? "", "base64");
    if (!VerificationKey.verifies(key, bytes, signature)) return undefined;
    const read = PayloadJson.safeParse(jsonIn(Buffer.from(bytes).toString("utf8")));
    if (!read.success) return undefined;
    const { identity, image } = read.data.critical;
    return { reference: identity["docker-reference"], digest: image["docker-manifest-digest"] };
  },
};

const TYPE = "cosign container image signature";

const PayloadJson = z.object({
  critical: z.object({
    identity: z.object({ "docker-reference": z.string() }),
    image: z.object({ "docker-manifest-digest": z.string() }),
    type: z.literal(TYPE),
  }),
});
