/** Who signs the image. @module */
import { z } from "zod";
import type { Json } from "../../base/canonical-json.ts";
import { argument } from "../argument.ts";

const text = z.string().min(1).optional();

/** The fingerprint in what check has answered. Undefined: the image is not signed. */
export function signedBy(value: unknown): string | undefined {
  const fingerprint: unknown = Object(value).fingerprint;
  return typeof fingerprint === "string" ? fingerprint : undefined;
}

const signer = (value: unknown): Json => signedBy(value) ?? null;

export const SIGNING = {
  sign: argument({
    schema: z
      .strictObject({
        keyFile: text,
        keyEnv: text,
        fingerprint: z
          .string()
          .regex(/^sha256:[0-9a-f]{64}$/)
          .optional(),
      })
      .refine((value) => Object.values(value).filter((each) => each !== undefined).length === 1)
      .readonly()
      .optional(),
    type: "Sign",
    doc:
      'Sign the image, and what `sbom` and `provenance` attach to it, with a private key: `{ keyFile: "cosign.key" }` or ' +
      '`{ keyEnv: "COSIGN_PRIVATE_KEY" }`. The signatures are attached to the index and to each platform, in the form of cosign 3 ' +
      "and in that of cosign before it. The key's password is in the environment variable `COSIGN_PASSWORD`. The state holds " +
      "only the fingerprint of the public key. See [signatures](trust.md#signatures).",
    default: "the image is not signed",
    expected: 'either { keyFile: "cosign.key" } or { keyEnv: "COSIGN_PRIVATE_KEY" }',
    interface: "Sign",
    parts: {
      ".keyFile": {
        type: "string | undefined",
        doc: "Path of a PEM file with a private key: that of `cosign generate-key-pair`, or PKCS#8.",
        expected: "the path of a file with a private key",
        placeholder: () => "unknown.key",
      },
      ".keyEnv": {
        type: "string | undefined",
        doc: "Name of the environment variable that holds the same text.",
        expected: "the name of an environment variable",
        placeholder: () => "UNKNOWN_KEY",
      },
      ".fingerprint": {
        type: "string | undefined",
        doc: "Stands in the state, in place of the key. Programs do not set it.",
        expected: "sha256: and the digest of the public key",
      },
    },
    outputs: [],
    isPublished: false,
    diff: signer,
  }),
};
