/** The keys of an image's layers. @module */
import type { StoreOwner } from "../base/owner.ts";
import type { LayerContents } from "../formats/layer/assign.ts";
import type { LayerCompression } from "../formats/layer/compressor.ts";
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
}

export function recipeKeys(contents: readonly LayerContents[], parts: RecipeParts): LayerKey[] {
  return contents.map((layer) =>
    layerKey({
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
    }),
  );
}
