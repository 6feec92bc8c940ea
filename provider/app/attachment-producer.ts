/** What makes attachments: a list of them is in attachments.ts. @module */
import type { Attachment } from "../formats/oci/attachment.ts";
import type { Descriptor } from "../formats/oci/descriptor.ts";
import type { AssembledPlatform } from "./assemble.ts";
import type { ImagePlan } from "./plan-image.ts";

/** A manifest that attachments are made for. */
export interface Subject {
  readonly imagePlan: ImagePlan;
  readonly manifest: Descriptor;
  /** The platform of a manifest; all platforms of an index. */
  readonly platforms: readonly AssembledPlatform[];
}

/**
 * Makes attachments for one manifest, with the same bytes in every run.
 * @param earlier what the producers before it made for the same manifest.
 */
export type AttachmentProducer = (
  subject: Subject,
  earlier: readonly Attachment[],
) => readonly Attachment[] | Promise<readonly Attachment[]>;
