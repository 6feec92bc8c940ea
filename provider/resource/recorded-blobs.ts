/**
 * The blobs of an image as its outputs in state name them: a refresh with `verifyBlobs` asks for these. A state
 * that another version wrote may name fewer; then a refresh asks for fewer.
 * @module
 */
import { z } from "zod";
import { Digest } from "../formats/oci/digest.ts";
import { shortLayerName } from "../plan/layer-name.ts";
import type { PropertyMap } from "./property-map.ts";

export interface ImagePart {
  readonly digest: Digest;
  /** `layer 3, glibc-2.39`, `linux/arm64: config`: where in the image it is. */
  readonly place: string;
}

const Layers = z
  .array(z.object({ digest: z.string(), storePaths: z.array(z.string()).optional() }))
  .catch([]);
const BlobsJson = z.object({
  layers: Layers,
  platforms: z
    .record(z.string(), z.object({ configDigest: z.string().optional(), layers: Layers }))
    .catch({}),
  __layers: z.record(z.string(), z.string()).catch({}),
});
type Layer = z.output<typeof Layers>[number];

/** Each once, although platforms share some. */
export function recordedBlobs(outputs: PropertyMap): ImagePart[] {
  const { layers, platforms, __layers: names } = BlobsJson.parse(outputs);
  // State of an earlier version has the paths instead.
  const placeOf = (layer: Layer, at: number): string => {
    const name = names[layer.digest] ?? shortLayerName(layer.storePaths);
    // Counted from 1, as people do.
    return `layer ${at + 1}${name === "" ? "" : `, ${name}`}`;
  };
  const all = Object.entries(platforms).flatMap(([platform, { configDigest, layers: own }]) => {
    const within = Object.keys(platforms).length > 1 ? `${platform}: ` : "";
    return [
      ...(configDigest === undefined ? [] : [{ digest: configDigest, place: `${within}config` }]),
      ...own.map((layer, at) => ({ digest: layer.digest, place: within + placeOf(layer, at) })),
    ];
  });
  all.push(...layers.map((layer, at) => ({ digest: layer.digest, place: placeOf(layer, at) })));
  const blobs = new Map<string, ImagePart>();
  for (const { digest, place } of all)
    if (!blobs.has(digest)) blobs.set(digest, { digest: Digest.parse(digest), place });
  return [...blobs.values()];
}
