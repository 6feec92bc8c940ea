/**
 * What is attached to an image: documents and signatures, to the manifest of each platform and to the index. None
 * of it changes a digest of the image.
 * @module
 */
import { attachedManifest, type Attachment } from "../formats/oci/attachment.ts";
import type { Descriptor } from "../formats/oci/descriptor.ts";
import type { AttachedManifest, ManifestBlob } from "../formats/oci/image.ts";
import type { Assembled } from "./assemble.ts";
import type { AttachmentProducer, Subject } from "./attachment-producer.ts";
import { attachedDocuments } from "./documents.ts";
import type { ImagePlan } from "./plan-image.ts";

/** Signatures come last: they sign what the others make. */
const PRODUCERS: readonly AttachmentProducer[] = [attachedDocuments];

/** The same image, with what is attached to it. */
export async function withAttachments(
  imagePlan: ImagePlan,
  assembled: Assembled,
): Promise<Assembled> {
  const attachments = await attachmentsOf(imagePlan, assembled);
  return { ...assembled, image: { ...assembled.image, attachments } };
}

/** Those of the platforms first. @param producers for tests. */
export async function attachmentsOf(
  imagePlan: ImagePlan,
  assembled: Assembled,
  producers: readonly AttachmentProducer[] = PRODUCERS,
): Promise<AttachedManifest[]> {
  const { image, platforms } = assembled;
  const root = rootSubject(imagePlan, assembled);
  const children = platforms.map((platform) => ({
    imagePlan,
    manifest: descriptorOf(platform.manifest),
    platforms: [platform],
  }));
  // With one platform, its manifest is the root.
  const subjects = image.children.length === 0 ? [root] : [...children, root];
  const attached: AttachedManifest[] = [];
  for (const subject of subjects) {
    const made: Attachment[] = [];
    for (const produce of producers) made.push(...(await produce(subject, made)));
    attached.push(...made.map((attachment) => attachedManifest(attachment, subject.manifest)));
  }
  return attached;
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
