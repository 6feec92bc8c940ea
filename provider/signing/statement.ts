/**
 * in-toto statements about a manifest.
 * @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 * @module
 */
import { z } from "zod";
import { jsonIn } from "../base/json.ts";
import { Digest } from "../formats/oci/digest.ts";

export interface Statement {
  /** Of the manifests that it is about. */
  readonly subjects: readonly Digest[];
  readonly predicateType: string;
  readonly predicate: unknown;
}

/** The statement of a signature: it says nothing but that the key's owner signed the manifest. */
export const SIGNATURE_PREDICATE = "https://sigstore.dev/cosign/sign/v1";

export const Statement = {
  /** @param predicate JSON, which becomes a part of the statement as it is. */
  format(subject: Digest, predicateType: string, predicate: string): Uint8Array {
    const head = JSON.stringify({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ digest: { sha256: Digest.hex(subject) } }],
      predicateType,
    });
    return Buffer.from(`${head.slice(0, -1)},"predicate":${predicate}}`, "utf8");
  },

  /** Undefined: it is no statement of a version that we know. */
  parse(bytes: Uint8Array): Statement | undefined {
    const read = StatementJson.safeParse(jsonIn(Buffer.from(bytes).toString("utf8")));
    if (!read.success) return undefined;
    const { subject, predicateType, predicate } = read.data;
    const subjects = subject.flatMap(({ digest: { sha256 } }) =>
      sha256 === undefined ? [] : [Digest.parse(`sha256:${sha256}`)],
    );
    return { subjects, predicateType, predicate };
  },
};

const StatementJson = z.object({
  // cosign's attestations still have the first version.
  _type: z.literal(["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"]),
  subject: z.array(
    z.object({
      digest: z.object({
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
      }),
    }),
  ),
  predicateType: z.string(),
  predicate: z.unknown().optional(),
});
