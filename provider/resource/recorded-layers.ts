/**
 * Layers as the state has them. Their store paths would be most of what `up --diff` prints, and
 * `lix-image plan` lists them; for drift a name of each layer is enough, under a key that
 * the engine does not show.
 * @module
 */
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

const short = ({ digest, diffId, size, mediaType }: LayerOutput): LayerOutput => ({
  digest,
  diffId,
  size,
  mediaType,
});
