/** The keys of an image's layers, and which format version each of them has. @module */
import type { StoreOwner } from "../base/owner.ts";
import type { LayerContents } from "../formats/layer/assign.ts";
import { LayerCompression } from "../formats/layer/layer-compression.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import { databaseKey, layerKey, type LayerKey, type TreeKey } from "./recipe.ts";

export interface RecipeParts {
  /** Of every store path in the layers; all of them are registered in the database. */
  readonly paths: ReadonlyMap<StorePath, PathInfo>;
  readonly baseSystem?: TreeKey | undefined;
  readonly files?: TreeKey | undefined;
  /** Undefined: every path. */
  readonly gcRoots?: readonly StorePath[] | undefined;
  readonly compression: LayerCompression;
  readonly storeOwner: StoreOwner;
  /** The layers that the image has from an earlier version of pulumi-lix. They stay as they are. */
  readonly earlierLayers?: ReadonlySet<LayerKey> | undefined;
}

export interface PlannedLayer {
  readonly key: LayerKey;
  readonly contents: LayerContents;
  readonly compression: LayerCompression;
}

export const plannedLayers = (
  contents: readonly LayerContents[],
  parts: RecipeParts,
): PlannedLayer[] => contents.map((layer) => plannedLayer(layer, parts));

export function plannedLayer(contents: LayerContents, parts: RecipeParts): PlannedLayer {
  const { compression, earlierLayers = NO_LAYERS } = parts;
  const earlier = LayerCompression.earlier(compression);
  // Computing a key takes time, so it is left out if there can be no such layer.
  if (earlier !== undefined && earlierLayers.size > 0) {
    const key = keyOf(contents, { ...parts, compression: earlier });
    if (earlierLayers.has(key)) return { key, contents, compression: earlier };
  }
  return { key: keyOf(contents, parts), contents, compression };
}

const NO_LAYERS: ReadonlySet<LayerKey> = new Set();

function keyOf(layer: LayerContents, parts: RecipeParts): LayerKey {
  return layerKey({
    storePaths: layer.storePaths.map((path) => {
      const info = parts.paths.get(path);
      if (info === undefined) throw new RangeError(`${path} has no hash`);
      return { baseName: StorePath.baseName(path), narHash: info.narHash };
    }),
    baseSystem: layer.baseSystem ? parts.baseSystem?.narHash : undefined,
    baseSystemAttributes: layer.baseSystem ? parts.baseSystem?.attributes : undefined,
    database: layer.database ? databaseKey([...parts.paths.values()], parts.gcRoots) : undefined,
    files: layer.files === true ? parts.files : undefined,
    storeOwner: parts.storeOwner,
    compression: parts.compression,
  });
}
