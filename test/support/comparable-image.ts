/** Images in memory, to compare. @module */
import { gzipSync } from "node:zlib";
import { Bytes } from "../../provider/base/bytes.ts";
import type { ComparableImage } from "../../provider/compare/image-comparison.ts";
import { DiffId, Digest } from "../../provider/formats/oci/digest.ts";
import { MediaType } from "../../provider/formats/oci/media-type.ts";
import { tarOf, type TarPart } from "./tar.ts";

export interface ComparableParts {
  readonly layers: readonly (readonly TarPart[])[];
  /** In addition to what every config has. */
  readonly config?: object;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly architecture?: string;
  /** Default: 6. */
  readonly level?: number;
}

export interface CountedImage extends ComparableImage {
  /** Digests of the blobs that were read, in order. */
  readonly asked: readonly Digest[];
}

export function comparableImage({
  layers,
  config = {},
  annotations,
  architecture = "amd64",
  level = 6,
}: ComparableParts): CountedImage {
  const asked: Digest[] = [];
  const blobs = new Map<Digest, Uint8Array>();
  const described = layers.map((parts) => {
    const tar = tarOf(...parts);
    const blob = gzipSync(tar, { level });
    const digest = Digest.of(blob);
    blobs.set(digest, blob);
    const diffId = DiffId.parse(Digest.of(tar));
    return { digest, diffId, size: blob.length, mediaType: MediaType.layerGzip };
  });
  const json = (value: object) => Buffer.from(JSON.stringify(value));
  const documents = {
    config: json({ architecture, os: "linux", rootfs: {}, ...config }),
    manifest: json({ annotations }),
  };
  return {
    asked,
    description: "an image",
    plain: false,
    root: { digest: Digest.of(documents.manifest) },
    platforms: [
      {
        platform: { os: "linux", architecture },
        config: { Env: [], Cmd: [], Labels: {} },
        diffIds: described.map(({ diffId }) => diffId),
        digest: Digest.of(documents.manifest),
        configDigest: Digest.of(documents.config),
        layers: described,
        size: 0,
      },
    ],
    getDocuments: async () => documents,
    getBlob: (digest) => {
      asked.push(digest);
      return Bytes.of(blobs.get(digest) ?? new Uint8Array());
    },
  };
}
