/** The documents that the arguments `sbom` and `provenance` ask for. @module */
import { billOf, type Bill } from "../attest/bill.ts";
import { CYCLONEDX_MEDIA_TYPE, cyclonedxDocument } from "../attest/cyclonedx.ts";
import { IN_TOTO_MEDIA_TYPE, PROVENANCE_TYPE, provenanceStatement } from "../attest/provenance.ts";
import { SPDX_MEDIA_TYPE, spdxDocument } from "../attest/spdx.ts";
import { sbomFormats, type SbomFormat } from "../arguments/entries/attestations.ts";
import { targetName } from "../arguments/spec.ts";
import { Bytes } from "../base/bytes.ts";
import { packageVersion } from "../base/package-version.ts";
import type { Attachment } from "../formats/oci/attachment.ts";
import { FORMAT_VERSION } from "../plan/recipe.ts";
import type { Subject } from "./subject.ts";
import { contentParameters } from "./content-parameters.ts";

const SBOMS = {
  spdx: { mediaType: SPDX_MEDIA_TYPE, write: spdxDocument },
  cyclonedx: { mediaType: CYCLONEDX_MEDIA_TYPE, write: cyclonedxDocument },
} as const satisfies Record<SbomFormat, unknown>;

/** A document about an image or an index, and what it is. */
export interface ImageDocument {
  readonly mediaType: string;
  readonly text: string;
  /** What an in-toto statement says of its subject. */
  readonly predicateType?: string;
}

/** Bills of materials first. */
export function attachedDocuments(subject: Subject): Attachment[] {
  const { sbom, provenance } = subject.imagePlan.spec.args;
  const formats = sbomFormats(sbom);
  if (formats.length === 0 && !provenance) return [];
  const bill = billOfSubject(subject);
  const documents = [
    ...formats.map((format) => sbomDocument(bill, format)),
    ...(provenance ? [provenanceDocument(bill, subject)] : []),
  ];
  return documents.map(attachmentOf);
}

export function sbomDocument(bill: Bill, format: SbomFormat): ImageDocument {
  const { mediaType, write } = SBOMS[format];
  return { mediaType, text: write(bill, packageVersion()) };
}

export function provenanceDocument(bill: Bill, { imagePlan }: Subject): ImageDocument {
  const text = provenanceStatement({
    bill,
    lock: imagePlan.lock,
    lockSha256: imagePlan.lockSha256,
    parameters: contentParameters(imagePlan),
    formatVersion: FORMAT_VERSION,
    version: packageVersion(),
  });
  return { mediaType: IN_TOTO_MEDIA_TYPE, text, predicateType: PROVENANCE_TYPE };
}

export function billOfSubject({ imagePlan, manifest, platforms }: Subject): Bill {
  return billOf({
    repository: targetName(imagePlan.spec),
    digest: manifest.digest,
    lock: imagePlan.lock,
    images: platforms.map(({ plan, layers, manifest: { digest } }) => {
      const input = imagePlan.inputs.find(({ system }) => system.system === plan.system);
      if (input === undefined) throw new RangeError(`${plan.system} is planned from nothing`);
      return { digest, input, plan, layers };
    }),
  });
}

/** As BuildKit annotates statements. */
function attachmentOf({ mediaType, text, predicateType }: ImageDocument): Attachment {
  const annotations =
    predicateType === undefined ? {} : { "in-toto.io/predicate-type": predicateType };
  return {
    artifactType: mediaType,
    layer: { mediaType, bytes: Bytes.fromText(text), annotations },
    annotations,
  };
}
