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
