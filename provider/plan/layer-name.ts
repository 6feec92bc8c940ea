import { StorePath } from "../formats/nix/store-path.ts";

const PATHS_SHOWN = 3;

/** What is in a layer, in words: `jq-1.7, glibc-2.40, base system`. */
export function layerName(layer: {
  readonly storePaths: readonly StorePath[];
  readonly baseSystem: boolean;
  readonly database: boolean;
  readonly files?: boolean | undefined;
}): string {
  const names = layer.storePaths.map((path) => StorePath.name(path));
  const more = names.length - PATHS_SHOWN;
  return [
    ...names.slice(0, more > 1 ? PATHS_SHOWN : names.length),
    ...(more > 1 ? [`${more} more`] : []),
    ...(layer.baseSystem ? ["base system"] : []),
    ...(layer.database ? ["store database"] : []),
    ...(layer.files === true ? ["files"] : []),
  ].join(", ");
}

/** `glibc-2.39 and 3 more`; empty for the last layers, which hold no package but what we generate. */
export function shortLayerName(storePaths: readonly string[] = []): string {
  const [first, ...more] = storePaths;
  if (first === undefined) return "";
  const name = StorePath.name(StorePath.parse(first));
  return more.length > 0 ? `${name} and ${more.length} more` : name;
}
