import { formatBytes } from "../base/format-bytes.ts";
import type { PlatformImage } from "../formats/oci/read-image.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { Platform } from "../formats/oci/platform.ts";
import { imagePlace, withImage, type ImageSource, type PlaceArguments } from "./image-source.ts";
import { storePathsIn } from "./layer-paths.ts";
import { printJson, printLines } from "./print.ts";

export interface InspectOptions {
  readonly place: PlaceArguments;
  /** Whether to list the store paths in each layer, for which layers are read. */
  readonly paths: boolean;
  readonly json: boolean;
}

/** Prints what an image is made of, according to its manifest and config. */
export async function inspectImage(options: InspectOptions): Promise<number> {
  await withImage(imagePlace(options.place), async (image) => {
    const paths = options.paths ? await pathsOf(image) : NO_PATHS;
    if (options.json) printJson(describe(image, paths));
    else printLines(table(image, paths));
  });
  return 0;
}

/** Store paths by the layer's digest. */
type Paths = ReadonlyMap<Digest, readonly string[]>;

const NO_PATHS: Paths = new Map();

/** Platforms may share layers; each is read once. */
async function pathsOf(image: ImageSource): Promise<Paths> {
  const paths = new Map<Digest, readonly string[]>();
  for (const layer of image.platforms.flatMap(({ layers }) => layers))
    if (!paths.has(layer.digest)) paths.set(layer.digest, await storePathsIn(image, layer));
  return paths;
}

function describe({ description, names, root, platforms }: ImageSource, paths: Paths) {
  return {
    ref: description,
    names,
    digest: root.digest,
    mediaType: root.mediaType,
    platforms: Object.fromEntries(
      platforms.map((image) => [
        Platform.format(image.platform),
        {
          digest: image.digest,
          configDigest: image.configDigest,
          size: image.size,
          labels: image.config.Labels,
          layers: image.layers.map(({ digest, diffId, size, mediaType }) => ({
            digest,
            diffId,
            size,
            mediaType,
            // Left out without --paths.
            storePaths: paths.get(digest),
          })),
        },
      ]),
    ),
  };
}

function table({ description, names, root, platforms }: ImageSource, paths: Paths): string[] {
  return [
    description,
    `  ${root.digest}  ${root.mediaType}`,
    ...names.map((name) => `  ${name}`),
    ...platforms.flatMap((image) => platformLines(image, paths)),
  ];
}

function platformLines(image: PlatformImage, paths: Paths): string[] {
  return [
    `${Platform.format(image.platform)}: ${image.layers.length} layers, ${formatBytes(image.size)} to pull`,
    ...Object.entries(image.config.Labels).map(([label, value]) => `  ${label} = ${value}`),
    ...image.layers.flatMap((layer, index) => [
      `  ${String(index).padStart(3)}  ${formatBytes(layer.size).padStart(9)}  ${layer.digest}`,
      ...(paths.get(layer.digest) ?? []).map((path) => `       ${path}`),
    ]),
  ];
}
