/**
 * DSSE envelopes, which sign in-toto statements.
 * @see https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md
 * @module
 */
import { z } from "zod";
import type { SigningKey } from "./signing-key.ts";
import { VerificationKey } from "./verification-key.ts";

export interface DsseEnvelope {
  readonly payloadType: string;
  /** In base64, as the signatures. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid?: string | undefined; readonly sig: string }[];
}

export const IN_TOTO = "application/vnd.in-toto+json";

export const DsseEnvelope = {
  json: z.object({
    payloadType: z.string(),
    payload: z.base64(),
    signatures: z.array(z.object({ keyid: z.string().optional(), sig: z.base64() })),
  }),

  /** @param statement JSON of an in-toto statement. */
  sign(key: SigningKey, statement: Uint8Array): DsseEnvelope {
    const signature = key.sign(preAuthEncoding(IN_TOTO, statement));
    return {
      payloadType: IN_TOTO,
      payload: toBase64(statement),
      signatures: [{ sig: toBase64(signature) }],
    };
  },

  /** The payload, if one of the signatures is by the key. */
  open(key: VerificationKey, envelope: DsseEnvelope): Uint8Array | undefined {
    const payload = Buffer.from(envelope.payload, "base64");
    const message = preAuthEncoding(envelope.payloadType, payload);
    const isSigned = envelope.signatures.some(({ sig }) =>
      VerificationKey.verifies(key, message, Buffer.from(sig, "base64")),
    );
    return isSigned ? payload : undefined;
  },
};

/** What is signed, "PAE" for short. */
function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType, "utf8");
  const head = `DSSEv1 ${type.length} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, "utf8"), payload]);
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
