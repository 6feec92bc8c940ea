/** Documents that are attached to sample images. @module */
import { Bytes } from "../../provider/base/bytes.ts";
import { attachedManifest } from "../../provider/formats/oci/attachment.ts";
import type { AttachedManifest, Image, ManifestBlob } from "../../provider/formats/oci/image.ts";

export const attachedTo = (
  { mediaType, digest, bytes }: ManifestBlob,
  artifactType: string,
  text = `a ${artifactType} of ${digest}`,
): AttachedManifest =>
  attachedManifest(
    {
      artifactType,
      layer: { mediaType: artifactType, bytes: Bytes.fromText(text) },
      annotations: { "org.example.text": text },
    },
    { mediaType, digest, size: bytes.length },
  );

/** With a document of each type attached to each of its manifests. */
export const withAttached = (image: Image, ...artifactTypes: readonly string[]): Image => ({
  ...image,
  attachments: [...image.children, image.root].flatMap((manifest) =>
    artifactTypes.map((artifactType) => attachedTo(manifest, artifactType)),
  ),
});

/** How a list of referrers describes it. */
export const entryOf = (attached: AttachedManifest) => ({
  mediaType: attached.mediaType,
  digest: attached.digest,
  size: attached.bytes.length,
  artifactType: attached.artifactType,
  annotations: attached.annotations,
});
