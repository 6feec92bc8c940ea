/**
 * Layers as the state has them. Their store paths would be most of what `up --diff` prints, and
 * `lix-image plan` lists them; for drift a name of each layer is enough, under a key that
 * the engine does not show.
 * @module
 */
import type { LayerOutput, LixImageOutputs } from "../../sdk/outputs.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { PropertyMap } from "./property-map.ts";

/** `__layers` has the names, by digest. */
export function withLayerNames(outputs: LixImageOutputs): PropertyMap {
  const { layers, platforms } = outputs;
  const all = [layers, ...Object.values(platforms).map((platform) => platform.layers)];
  const names = all
    .flatMap((each) => each ?? [])
    .map((layer) => [layer.digest, nameOf(layer.storePaths)]);
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

/** `glibc-2.39 and 3 more`; empty for the last layers, which hold no package but what we generate. */
export function nameOf(storePaths: readonly string[] = []): string {
  const [first, ...more] = storePaths;
  if (first === undefined) return "";
  const name = StorePath.name(StorePath.parse(first));
  return more.length > 0 ? `${name} and ${more.length} more` : name;
}
