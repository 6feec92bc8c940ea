/** The store paths in a layer, read from its tar, because neither manifest nor config names them. @module */
import { ByteString } from "../base/byte-string.ts";
import { decompressLayer } from "../destination/decompress-layer.ts";
import type { PlatformImage } from "../formats/oci/read-image.ts";
import { verifiedBlob } from "../formats/oci/verified-blob.ts";
import { readArchive } from "../formats/tar/read-archive.ts";
import type { ImageSource } from "./image-source.ts";

type Layer = PlatformImage["layers"][number];

/** Reads all of the layer. The result is sorted. */
export async function storePathsIn(image: ImageSource, layer: Layer): Promise<string[]> {
  const { digest, mediaType } = layer;
  // A docker archive does not state sizes.
  const size = image.plain ? undefined : layer.size;
  const blob = verifiedBlob(image.getBlob(digest), { digest, size }, image.description);
  const paths = new Set<string>();
  for await (const event of readArchive(decompressLayer(blob, mediaType, digest), digest)) {
    if (event.kind === "contents") continue;
    const [, name] = STORE_PATH.exec(event.path) ?? [];
    if (name !== undefined) paths.add(`/nix/store/${ByteString.toText(name)}`);
  }
  return [...paths].sort();
}

const STORE_PATH = /^(?:\.?\/)?nix\/store\/([0-9a-df-np-sv-z]{32}-[^/]+)/;
