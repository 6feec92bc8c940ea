/**
 * Documents and signatures about a manifest, as OCI 1.1 referrers: each is an image manifest with an empty config,
 * one layer and a `subject`.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage
 * @module
 */
import { Bytes } from "../../base/bytes.ts";
import type { Descriptor } from "./descriptor.ts";
import { Digest } from "./digest.ts";
import { goJson, goMap } from "./go-json.ts";
import type { AttachedManifest } from "./image.ts";
import type { Blob } from "./layer.ts";
import { MediaType } from "./media-type.ts";

/** A document or signature that is attached to a manifest. The same attachment has the same bytes everywhere. */
export interface Attachment {
  /** What it is, as readers filter by: the media type of the document, or a signature's own type. */
  readonly artifactType: string;
  readonly layer: {
    readonly mediaType: string;
    readonly bytes: Uint8Array;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly annotations: Readonly<Record<string, string>>;
}

/** @param subject the manifest that it is about. */
export function attachedManifest(
  { artifactType, layer, annotations }: Attachment,
  subject: Descriptor,
): AttachedManifest {
  const content = blobOf(layer.bytes);
  // In the order of Go's structs.
  const json = goJson({
    schemaVersion: 2,
    mediaType: MediaType.manifest,
    artifactType,
    config: {
      mediaType: MediaType.empty,
      digest: EMPTY.digest,
      size: EMPTY.size,
      data: Buffer.from(EMPTY_JSON).toString("base64"),
    },
    layers: [
      {
        mediaType: layer.mediaType,
        digest: content.digest,
        size: content.size,
        annotations: goMap(layer.annotations ?? {}),
      },
    ],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    annotations: goMap(annotations),
  });
  const bytes = Buffer.from(json, "utf8");
  return {
    digest: Digest.of(bytes),
    mediaType: MediaType.manifest,
    bytes,
    artifactType,
    subject: subject.digest,
    annotations,
    blobs: [content, EMPTY],
  };
}

const blobOf = (bytes: Uint8Array): Blob => ({
  digest: Digest.of(bytes),
  size: bytes.length,
  open: () => Bytes.of(bytes),
});

const EMPTY_JSON = Bytes.fromText("{}");
/** The config of what is no container image. */
const EMPTY = blobOf(EMPTY_JSON);
