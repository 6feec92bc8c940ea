/**
 * What is attached to an image: documents and signatures, to the manifest of each platform and to the index. None
 * of it changes a digest of the image, and it has the same bytes in every run.
 * @module
 */
import { attachedManifest } from "../formats/oci/attachment.ts";
import type { Descriptor } from "../formats/oci/descriptor.ts";
import type { AttachedManifest, ManifestBlob, TaggedSignatures } from "../formats/oci/image.ts";
import type { SigningKey } from "../signing/signing-key.ts";
import type { Assembled } from "./assemble.ts";
import { attachedDocuments } from "./documents.ts";
import type { ImagePlan } from "./plan-image.ts";
import { signaturesOf, type Signatures } from "./signatures.ts";
import type { Subject } from "./subject.ts";

/** The same image, with what is attached to it; that of the platforms first. @param key undefined: it is not signed. */
export function withAttachments(
  imagePlan: ImagePlan,
  assembled: Assembled,
  key?: SigningKey,
): Assembled {
  const attachments: AttachedManifest[] = [];
  const signatures: TaggedSignatures[] = [];
  for (const subject of subjectsOf(imagePlan, assembled)) {
    const { manifest } = subject;
    const documents = attachedDocuments(subject);
    const signed = key === undefined ? NONE : signaturesOf(key, manifest.digest, documents);
    for (const attachment of [...documents, ...signed.bundles])
      attachments.push(attachedManifest(attachment, manifest));
    signatures.push(...signed.tagged);
  }
  return { ...assembled, image: { ...assembled.image, attachments, signatures } };
}

const NONE: Signatures = { bundles: [], tagged: [] };

function subjectsOf(imagePlan: ImagePlan, assembled: Assembled): Subject[] {
  const { image, platforms } = assembled;
  const root = rootSubject(imagePlan, assembled);
  // With one platform, its manifest is the root.
  if (image.children.length === 0) return [root];
  const children = platforms.map((platform) => ({
    imagePlan,
    manifest: descriptorOf(platform.manifest),
    platforms: [platform],
  }));
  return [...children, root];
}

/** The index, or the only manifest. */
export const rootSubject = (imagePlan: ImagePlan, { image, platforms }: Assembled): Subject => ({
  imagePlan,
  manifest: descriptorOf(image.root),
  platforms,
});

const descriptorOf = ({ mediaType, digest, bytes }: ManifestBlob): Descriptor => ({
  mediaType,
  digest,
  size: bytes.length,
});
