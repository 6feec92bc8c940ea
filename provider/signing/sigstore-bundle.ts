/**
 * Sigstore bundles, as cosign 3 attaches them: an in-toto statement that a key has signed, in one JSON document.
 * There is no entry of a transparency log and no timestamp in ours.
 * @see https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
 * @module
 */
import { z } from "zod";
import { jsonIn } from "../base/json.ts";
import type { Attachment } from "../formats/oci/attachment.ts";
import { DsseEnvelope } from "./dsse.ts";
import type { SigningKey } from "./signing-key.ts";
import type { VerificationKey } from "./verification-key.ts";

export const BUNDLE_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

export const SigstoreBundle = {
  /** @param statement JSON of an in-toto statement with this predicateType. */
  sign(key: SigningKey, statement: Uint8Array, predicateType: string): Attachment {
    const bundle = {
      mediaType: BUNDLE_MEDIA_TYPE,
      verificationMaterial: { publicKey: { hint: hintOf(key.publicKey) } },
      dsseEnvelope: DsseEnvelope.sign(key, statement),
    };
    return {
      artifactType: BUNDLE_MEDIA_TYPE,
      layer: {
        mediaType: BUNDLE_MEDIA_TYPE,
        bytes: Buffer.from(JSON.stringify(bundle), "utf8"),
      },
      annotations: {
        "dev.sigstore.bundle.content": "dsse-envelope",
        "dev.sigstore.bundle.predicateType": predicateType,
      },
    };
  },

  /** The statement, if the key has signed it. */
  open(key: VerificationKey, bytes: Uint8Array): Uint8Array | undefined {
    const read = BundleJson.safeParse(jsonIn(Buffer.from(bytes).toString("utf8")));
    return read.success ? DsseEnvelope.open(key, read.data.dsseEnvelope) : undefined;
  },
};

const BundleJson = z.object({ mediaType: z.string(), dsseEnvelope: DsseEnvelope.json });

/** The key's fingerprint in base64, as cosign writes it. */
const hintOf = ({ fingerprint }: VerificationKey): string =>
  Buffer.from(fingerprint.slice("sha256:".length), "hex").toString("base64");
