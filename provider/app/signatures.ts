/**
 * What a key signs of an image: each of its manifests, and the documents about it. Everything is signed twice, as
 * cosign 3 does and as cosign did before, because few verifiers know both.
 * @module
 */
import { CYCLONEDX_MEDIA_TYPE, CYCLONEDX_PREDICATE } from "../attest/cyclonedx.ts";
import { IN_TOTO_MEDIA_TYPE, PROVENANCE_TYPE } from "../attest/provenance.ts";
import { SPDX_MEDIA_TYPE, SPDX_PREDICATE } from "../attest/spdx.ts";
import type { Attachment } from "../formats/oci/attachment.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { SignedNames, TaggedSignatures, WantedSignature } from "../formats/oci/image.ts";
import { SignatureManifest } from "../formats/oci/signature-manifest.ts";
import { LegacyAttestation } from "../signing/legacy-attestation.ts";
import type { SigningKey } from "../signing/signing-key.ts";
import { SigstoreBundle } from "../signing/sigstore-bundle.ts";
import { SimpleSigning } from "../signing/simple-signing.ts";
import { SIGNATURE_PREDICATE, Statement } from "../signing/statement.ts";

export interface Signatures {
  /** For cosign 3: referrers. */
  readonly bundles: readonly Attachment[];
  /** For cosign before 3.0, and for all that read its signatures. */
  readonly tagged: readonly TaggedSignatures[];
}

export function signaturesOf(
  key: SigningKey,
  subject: Digest,
  documents: readonly Attachment[],
): Signatures {
  const statements = documents.flatMap((document) => statementOf(subject, document));
  const signature = {
    predicateType: SIGNATURE_PREDICATE,
    bytes: Statement.format(subject, SIGNATURE_PREDICATE, "{}"),
  };
  const attestations = statements.map(({ predicateType, bytes }): WantedSignature => {
    const layer = LegacyAttestation.sign(key, bytes, predicateType);
    const { digest } = SignatureManifest.descriptorOf(layer);
    return { layer, isMetBy: (held) => held.digest === digest };
  });
  const tagged: TaggedSignatures[] = [
    { subject, kind: "sig", wanted: (names) => simpleSignatures(key, subject, names) },
  ];
  if (attestations.length > 0) tagged.push({ subject, kind: "att", wanted: () => attestations });
  return {
    bundles: [signature, ...statements].map(({ predicateType, bytes }) =>
      SigstoreBundle.sign(key, bytes, predicateType),
    ),
    tagged,
  };
}

/** One for each tag, since policies of containers/image compare the name by which an image is pulled. */
const simpleSignatures = (
  key: SigningKey,
  digest: Digest,
  { repository, references }: SignedNames,
): WantedSignature[] =>
  (references.length === 0 ? [repository] : references).map((reference) => {
    const layer = SimpleSigning.sign(key, { reference, digest });
    // cosign signs the repository, without a tag. Who has signed so does not want another signature.
    const equals = [reference, repository].map((name) =>
      SimpleSigning.payload({ reference: name, digest }),
    );
    const isMetBy: WantedSignature["isMetBy"] = ({ digest: held, annotations }) =>
      equals.some(
        (bytes) =>
          SignatureManifest.descriptorOf({ ...layer, bytes }).digest === held &&
          SimpleSigning.open(key.publicKey, { bytes, annotations }) !== undefined,
      );
    return { layer, isMetBy };
  });

const PREDICATE_TYPES: ReadonlyMap<string, string> = new Map([
  [SPDX_MEDIA_TYPE, SPDX_PREDICATE],
  [CYCLONEDX_MEDIA_TYPE, CYCLONEDX_PREDICATE],
  [IN_TOTO_MEDIA_TYPE, PROVENANCE_TYPE],
]);

/** Of the statement in which a document is signed. */
export const predicateTypeOf = (mediaType: string): string | undefined =>
  PREDICATE_TYPES.get(mediaType);

interface SignedStatement {
  readonly predicateType: string;
  readonly bytes: Uint8Array;
}

/** A document becomes the predicate of a statement; provenance is a statement by itself. */
function statementOf(subject: Digest, { layer }: Attachment): SignedStatement[] {
  const predicateType = predicateTypeOf(layer.mediaType);
  if (predicateType === undefined) return [];
  if (layer.mediaType === IN_TOTO_MEDIA_TYPE) return [{ predicateType, bytes: layer.bytes }];
  const predicate = Buffer.from(layer.bytes).toString("utf8");
  return [{ predicateType, bytes: Statement.format(subject, predicateType, predicate) }];
}
