/**
 * Layers as the state has them. Their store paths would be most of what `up --diff` prints, and
 * `lix-image plan` lists them; for drift a name of each layer is enough, under a key that
 * the engine does not show.
 * @module
 */
import { z } from "zod";
import type { LayerOutput, LixImageOutputs } from "../../sdk/outputs.ts";
import { shortLayerName } from "../plan/layer-name.ts";
import type { PropertyMap } from "./property-map.ts";

/** `__layers` has the names, by digest. */
export function withLayerNames(outputs: LixImageOutputs): PropertyMap {
  const { layers, platforms } = outputs;
  const all = [layers, ...Object.values(platforms).map((platform) => platform.layers)];
  const names = all
    .flatMap((each) => each ?? [])
    .map((layer) => [layer.digest, shortLayerName(layer.storePaths)]);
  return {
    ...outputs,
    ...(layers === undefined ? {} : { layers: layers.map(short) }),
    platforms: Object.fromEntries(
      Object.entries(platforms).map(([name, platform]) => [
        name,
        { ...platform, layers: platform.layers?.map(short) },
      ]),
    ),
    __layers: Object.fromEntries(names),
  };
}

export interface RecordedLayer {
  readonly digest: string;
  /** Missing in an image that was imported. */
  readonly name: string | undefined;
}

/** The layers that {@link withLayerNames} has written, each once. */
export function recordedLayers(outputs: PropertyMap): RecordedLayer[] {
  const { layers, platforms, __layers: names } = LayersJson.parse(outputs);
  const all = [...layers, ...Object.values(platforms).flatMap((each) => each.layers)];
  const digests = new Set(all.map(({ digest }) => digest));
  return [...digests].map((digest) => ({ digest, name: names[digest] }));
}

const Layers = z.array(z.object({ digest: z.string() })).catch([]);
const LayersJson = z.object({
  layers: Layers,
  platforms: z.record(z.string(), z.object({ layers: Layers })).catch({}),
  __layers: z.record(z.string(), z.string()).catch({}),
});

const short = ({ digest, diffId, size, mediaType }: LayerOutput): LayerOutput => ({
  digest,
  diffId,
  size,
  mediaType,
});
