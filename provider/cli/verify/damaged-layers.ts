import type { Bytes } from "../../base/bytes.ts";
import { render } from "../../base/errors.ts";
import { measured, type Advance, type Meter } from "../../base/meter.ts";
import { decompressLayer } from "../../destination/decompress-layer.ts";
import { Digest } from "../../formats/oci/digest.ts";
import type { PlatformImage } from "../../formats/oci/read-image.ts";
import { verifiedBlob } from "../../formats/oci/verified-blob.ts";
import type { ImageSource } from "../image-source.ts";

type Layer = PlatformImage["layers"][number];

/**
 * Reads every layer, because manifest and config only claim what the blobs are. Returns a line for each blob
 * that is different.
 * @param expected platforms whose blobs need no decompression, because their digests are known to be right.
 */
export async function damagedLayers(
  image: ImageSource,
  expected: readonly PlatformImage[],
): Promise<string[]> {
  const problems: string[] = [];
  const ours = new Set(expected.flatMap(({ layers }) => layers.map(({ digest }) => digest)));
  const layers = new Map<string, Layer>();
  for (const layer of image.platforms.flatMap((platform) => platform.layers))
    layers.set(`${layer.digest} ${layer.size} ${layer.diffId}`, layer);
  let checked = 0;
  const advance = (): Advance => ({
    done: `${checked} of ${layers.size} layers read`,
    share: checked / Math.max(1, layers.size),
    waitsFor: image.description,
    subject: image.description.replace(/.*\/(?=.)/, ""),
  });
  await measured(advance, async (meter) => {
    for (const layer of layers.values()) {
      try {
        await checkLayer(image, layer, { isOurs: ours.has(layer.digest), meter });
      } catch (error) {
        problems.push(`blob ${layer.digest}: ${render(error)}`);
      }
      checked += 1;
    }
  });
  return problems;
}

async function checkLayer(
  image: ImageSource,
  layer: Layer,
  { isOurs, meter }: { readonly isOurs: boolean; readonly meter: Meter },
): Promise<void> {
  const { digest, diffId, mediaType } = layer;
  // A docker archive does not state sizes.
  const size = image.plain ? undefined : layer.size;
  await drain(verifiedBlob(image.getBlob(digest), { digest, size }, image.description), meter);
  if (isOurs) return;
  const tar = decompressLayer(image.getBlob(digest), mediaType, digest);
  await drain(verifiedBlob(tar, { digest: Digest.parse(diffId) }, "decompressed"), meter);
}

async function drain(source: Bytes, meter: Meter): Promise<void> {
  for await (const _ of source) meter.moved();
}
