import type { Digest } from "./digest.ts";
import type { Blob } from "./layer.ts";
import type { ManifestMediaType } from "./media-type.ts";
import type { SignatureDescriptor, SignatureKind, SignatureLayer } from "./signature-layer.ts";

/** The bytes of a manifest or index, which are its identity. */
export interface ManifestBlob {
  readonly digest: Digest;
  readonly mediaType: ManifestMediaType;
  readonly bytes: Uint8Array;
}

/** A manifest that is about another one, its subject: a document or a signature. */
export interface AttachedManifest extends ManifestBlob {
  readonly artifactType: string;
  readonly subject: Digest;
  readonly annotations: Readonly<Record<string, string>>;
  /** Its layer, and the empty config. */
  readonly blobs: readonly Blob[];
}

/** Signatures of one manifest, or of statements about it, in the format of cosign before 3.0. */
export interface TaggedSignatures {
  readonly subject: Digest;
  readonly kind: SignatureKind;
  readonly wanted: (names: SignedNames) => readonly WantedSignature[];
}

/** What an image is called in one repository. */
export interface SignedNames {
  /** `ghcr.io/acme/lix` */
  readonly repository: string;
  /** `ghcr.io/acme/lix:latest`, one for each tag. */
  readonly references: readonly string[];
}

export interface WantedSignature {
  readonly layer: SignatureLayer;
  /** Whether a signature that is there is as good as this one, no matter who made it. */
  readonly isMetBy: (held: SignatureDescriptor) => boolean;
}

/** Everything a destination needs, in the order it must become visible: blobs, children, attachments, root, tags. */
export interface Image {
  /** Configs and layers, each digest once. */
  readonly blobs: readonly Blob[];
  /** Platform manifests below an index; empty for an image of one platform. */
  readonly children: readonly ManifestBlob[];
  /** The manifest or index that tags point to. */
  readonly root: ManifestBlob;
  /** About the root or a child. Default: none. */
  readonly attachments?: readonly AttachedManifest[];
  /** Of the root, the children, and what is attached to them. Default: none. */
  readonly signatures?: readonly TaggedSignatures[];
}
