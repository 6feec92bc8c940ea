import { gzipSync } from "node:zlib";
import { Bytes } from "../../provider/base/bytes.ts";
import { Digest } from "../../provider/formats/oci/digest.ts";
import type { Image, ManifestBlob } from "../../provider/formats/oci/image.ts";
import type { Blob } from "../../provider/formats/oci/layer.ts";
import { MediaType, type ManifestMediaType } from "../../provider/formats/oci/media-type.ts";

export const blobOf = (bytes: Uint8Array): Blob => ({
  digest: Digest.of(bytes),
  size: bytes.length,
  open: () => Bytes.of(bytes),
});

export const manifestOf = (mediaType: ManifestMediaType, content: object): ManifestBlob => {
  const bytes = Bytes.fromText(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
  return { digest: Digest.of(bytes), mediaType, bytes };
};

/** A well-formed image whose layers hold these texts (and no tar). */
export function sampleImage(...contents: readonly string[]): Image {
  const layers = contents.map((text) => blobOf(gzipSync(text)));
  const config = blobOf(
    Bytes.fromText(
      JSON.stringify({
        architecture: "amd64",
        os: "linux",
        config: {},
        rootfs: {
          type: "layers",
          diff_ids: contents.map((text) => Digest.of(Bytes.fromText(text))),
        },
      }),
    ),
  );
  const root = manifestOf(MediaType.manifest, {
    config: describe(config, MediaType.config),
    layers: layers.map((layer) => describe(layer, MediaType.layerGzip)),
  });
  return { blobs: [config, ...layers], children: [], root };
}

/** An index of two such images. */
export function sampleIndex(left: Image, right: Image): Image {
  const children = [left.root, right.root];
  const root = manifestOf(MediaType.index, {
    manifests: children.map(({ digest, mediaType, bytes }, at) => ({
      mediaType,
      digest,
      size: bytes.length,
      platform: { architecture: at === 0 ? "amd64" : "arm64", os: "linux" },
    })),
  });
  const blobs = [...new Map([...left.blobs, ...right.blobs].map((each) => [each.digest, each]))];
  return { blobs: blobs.map(([, blob]) => blob), children, root };
}

const describe = ({ digest, size }: Blob, mediaType: string): object => ({
  mediaType,
  digest,
  size,
});
