/** What a LixImage tells; the comments are the reference documentation. @module */

/** One platform of an image. */
export interface PlatformOutput {
  /** Digest of its manifest. */
  readonly digest: string;
  /** Digest of its config; also what Docker calls the image id. */
  readonly configDigest: string;
  /** Bytes to pull. */
  readonly size: number;
  /** Known after `up`, when there are several platforms. */
  readonly layers?: readonly LayerOutput[];
}

/** One layer. */
export interface LayerOutput {
  /** Digest of the blob, compressed. */
  readonly digest: string;
  /** Digest of the uncompressed tar. */
  readonly diffId: string;
  /** Bytes of the compressed blob. */
  readonly size: number;
  /** `application/vnd.oci.image.layer.v1.tar+gzip`, or `+zstd`. */
  readonly mediaType: string;
  /** The store paths in it, sorted. Of the command line only: in a state they would be most of it. */
  readonly storePaths?: readonly string[];
}

/** Plain outputs: those of the command line's `--json` and, as Outputs, of the resource. */
export interface LixImageOutputs {
  /** `registry/name@sha256:…`, never a tag; `name@sha256:…` with archives only. Known at preview. */
  readonly ref: string;
  /** Digest of the manifest, or of the index when there are several platforms. Known at preview. */
  readonly digest: string;
  /** `registry/name:tag`, each. Known at preview. */
  readonly taggedRefs: readonly string[];
  /** `mirror/name@sha256:…`, one for each of `mirrors`, in their order. Known at preview. */
  readonly mirrorRefs: readonly string[];
  /** The label `org.opencontainers.image.revision`, when `lixRevision` is given. */
  readonly revision?: string;
  /** The label `org.opencontainers.image.version`: that of the Lix in the image. */
  readonly version: string;
  /** All labels of the image. */
  readonly labels: Readonly<Record<string, string>>;
  /** Versions of the packages, by attribute of the lock. */
  readonly packages: Readonly<Record<string, string>>;
  /** By OCI platform, such as `linux/amd64`. */
  readonly platforms: Readonly<Record<string, PlatformOutput>>;
  /** Bytes to pull; of the largest platform when there are several. */
  readonly size: number;
  /** Same planKey, same image: sha256 over everything that decides its contents, 64 hex digits. */
  readonly planKey: string;
  /** Known after `up`, when there is one platform. */
  readonly layers?: readonly LayerOutput[];
  /**
   * What the last refresh found different from what was pushed, `tag latest is gone`; normally empty. With
   * mirrors each line begins with the repository that it is about.
   */
  readonly drift?: readonly string[];
}
