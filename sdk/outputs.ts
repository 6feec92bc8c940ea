/** The outputs of a LixImage. The comments are the reference documentation. @module */

/** One platform of an image. */
export interface PlatformOutput {
  /** Digest of its manifest. */
  readonly digest: string;
  /** Digest of its config, which is Docker's image ID. */
  readonly configDigest: string;
  /** Bytes to pull. */
  readonly size: number;
  /** Known after `up`, when there are several platforms. */
  readonly layers?: readonly LayerOutput[];
}

/** One layer. */
export interface LayerOutput {
  /** Digest of the compressed blob. */
  readonly digest: string;
  /** Digest of the uncompressed tar. */
  readonly diffId: string;
  /** Bytes of the compressed blob. */
  readonly size: number;
  /** `application/vnd.oci.image.layer.v1.tar+gzip`, or `+zstd`. */
  readonly mediaType: string;
  /** The store paths in it, sorted. Only the command line has them; in a state they would take most of the space. */
  readonly storePaths?: readonly string[];
}

/** A document or signature that is attached to a manifest of the image, as an OCI 1.1 referrer. */
export interface ReferrerOutput {
  /** What it is, such as `application/spdx+json`. */
  readonly artifactType: string;
  /** Digest of its own manifest, in each repository that has the image. */
  readonly digest: string;
  /** Digest of the manifest or index that it is about. */
  readonly subject: string;
  /** Bytes of its own manifest. */
  readonly size: number;
}

/** Plain outputs: those of the command line's `--json` and, as Outputs, of the resource. */
export interface LixImageOutputs {
  /** `registry/name@sha256:…`, never a tag; `name@sha256:…` with archives only. Known at preview. */
  readonly ref: string;
  /** Digest of the manifest, or of the index when there are several platforms. Known at preview. */
  readonly digest: string;
  /** `registry/name:tag` for each tag. Known at preview. */
  readonly taggedRefs: readonly string[];
  /** `mirror/name@sha256:…` for each of `mirrors`, in the same order. Known at preview. */
  readonly mirrorRefs: readonly string[];
  /** The label `org.opencontainers.image.revision`, when `lixRevision` is given. */
  readonly revision?: string;
  /** The version of the Lix in the image, which is also the label `org.opencontainers.image.version`. */
  readonly version: string;
  /** All labels of the image. */
  readonly labels: Readonly<Record<string, string>>;
  /** Versions of the packages, by attribute of the lock. */
  readonly packages: Readonly<Record<string, string>>;
  /** By OCI platform, such as `linux/amd64`. */
  readonly platforms: Readonly<Record<string, PlatformOutput>>;
  /** Bytes to pull. With several platforms, those of the largest. */
  readonly size: number;
  /** sha256 of everything that determines the contents, in 64 hex digits. The same planKey means the same image. */
  readonly planKey: string;
  /** Known after `up`, when there is one platform. */
  readonly layers?: readonly LayerOutput[];
  /** What was attached to the manifests of the image, known after `up`. */
  readonly referrers?: readonly ReferrerOutput[];
  /**
   * Differences that the last refresh found, such as `tag latest is gone`; normally empty. With mirrors, each
   * line begins with its repository.
   */
  readonly drift?: readonly string[];
}
