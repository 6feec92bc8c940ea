import type { Digest } from "../formats/oci/digest.ts";
import type { Image } from "../formats/oci/image.ts";
import type { Blob } from "../formats/oci/layer.ts";

/** A place that images go to. One contract suite (test/contract) runs over every implementation. */
export interface Destination {
  /** For messages: `ghcr.io/acme/lix`, `/srv/images/lix`. */
  readonly description: string;
  /** It can hold what is attached to an image. Default: it cannot, and leaves it out. */
  readonly takesAttachments?: true;
  /**
   * Whether it has this manifest. It then promised to have all blobs below it, too, so that a push of an
   * image that is there needs two requests, not one for each layer.
   */
  holds(manifest: Digest, signal?: AbortSignal): Promise<boolean>;
  /** Which of these blobs it lacks; asks, never guesses. */
  missing(digests: readonly Digest[], options?: MissingOptions): Promise<ReadonlySet<Digest>>;
  /**
   * The same blobs, read from here and checked; only for blobs that it has. Other repositories of its
   * registry may then mount them. Absent where nothing can be read back, as from an archive.
   */
  readonly blobSources?: (blobs: readonly Blob[], signal?: AbortSignal) => readonly Blob[];
  /**
   * Sends a blob of the image that `publish` will be called for, while other layers are still being built. Nobody sees
   * the image before that. Absent where a blob cannot be sent alone, as into an archive.
   */
  readonly sendAhead?: (blob: Blob, options: SendAheadOptions) => Promise<void>;
  /**
   * Uploads what is missing, then children, then the root by digest, then the tags. Returns only when
   * all of it is there; throws with no tag moved otherwise (tags are the last write).
   */
  publish(image: Image, options: PublishOptions): Promise<PublishReport>;
}

export interface MissingOptions {
  /**
   * Tags and digests of images that it may have, with mostly the same blobs. It has the blobs of the first one
   * that is there, and these are not asked for. Default: none.
   */
  readonly images?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SendAheadOptions {
  /** It has said that it lacks the blob. Default: it is asked. */
  readonly isMissing?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PublishOptions {
  readonly tags: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** What `missing` returned a moment ago, so that it is not asked twice. */
  readonly missing?: ReadonlySet<Digest> | undefined;
  /** Is called for each manifest and tag that was written because it was not as it should be. */
  readonly onWrite?: ((write: ManifestWrite) => void) | undefined;
}

export interface ManifestWrite {
  /** A digest or a tag. */
  readonly reference: string;
  /** What it named before; undefined: it was not there. */
  readonly before: Digest | undefined;
}

export interface PublishReport {
  /** Blobs whose bytes were sent, with their size. */
  readonly uploaded: readonly { readonly digest: Digest; readonly size: number }[];
  /** Blobs that were there, or were mounted from another repository of the registry. */
  readonly reused: readonly Digest[];
}
