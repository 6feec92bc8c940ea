/** How large the image is that state has, and what is in its layers: `maxGrowth` compares with it. @module */
import { sizedPart, type SizedImage } from "../app/size-limits.ts";
import type { Recorded } from "./recorded.ts";
import type { ResourceState } from "./state.ts";

/** By platform; empty for an image that is not there yet. */
export function recordedSizes(
  state: ResourceState,
  { platforms = {} }: Pick<Recorded, "platforms">,
): ReadonlyMap<string, SizedImage> {
  return new Map(
    Object.entries(platforms).map(([platform, { size }]) => [
      platform,
      { size, layers: partsOf(state, platform) },
    ]),
  );
}

function partsOf({ layers, names }: ResourceState, platform: string): SizedImage["layers"] {
  const own = names?.[platform];
  if (own === undefined) return [...layers.values()].map((layer) => sizedPart(layer, undefined));
  return Object.entries(own).flatMap(([key, name]) => {
    const layer = layers.get(key);
    return layer === undefined ? [] : [sizedPart(layer, name)];
  });
}
