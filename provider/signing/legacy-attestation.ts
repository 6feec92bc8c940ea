/**
 * Signed statements in the format of cosign before 3.0: a DSSE envelope as a layer below the tag `sha256-….att`.
 * @see https://github.com/sigstore/cosign/blob/main/specs/ATTESTATION_SPEC.md
 * @module
 */
import { jsonIn } from "../base/json.ts";
import { DsseEnvelope } from "./dsse.ts";
import { SIGNER_ANNOTATION, type SignatureLayer } from "../formats/oci/signature-layer.ts";
import type { SigningKey } from "./signing-key.ts";
import { SIGNATURE_ANNOTATION } from "./simple-signing.ts";
import type { VerificationKey } from "./verification-key.ts";

export const DSSE_MEDIA_TYPE = "application/vnd.dsse.envelope.v1+json";

export const LegacyAttestation = {
  /** @param statement JSON of an in-toto statement with this predicateType. */
  sign(key: SigningKey, statement: Uint8Array, predicateType: string): SignatureLayer {
    return {
      mediaType: DSSE_MEDIA_TYPE,
      bytes: Buffer.from(JSON.stringify(DsseEnvelope.sign(key, statement)), "utf8"),
      // The signature is in the envelope, and cosign writes the annotation all the same.
      annotations: {
        [SIGNATURE_ANNOTATION]: "",
        [SIGNER_ANNOTATION]: key.publicKey.fingerprint,
        predicateType,
      },
    };
  },

  /** The statement, if the key has signed it. */
  open(key: VerificationKey, envelope: Uint8Array): Uint8Array | undefined {
    const read = DsseEnvelope.json.safeParse(jsonIn(Buffer.from(envelope).toString("utf8")));
    return read.success ? DsseEnvelope.open(key, read.data) : undefined;
  },
};
