import { formatBytes } from "../base/format-bytes.ts";
import type { PlatformImage } from "../formats/oci/read-image.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { Platform } from "../formats/oci/platform.ts";
import { parseCommandLine } from "./arguments.ts";
import { imagePlace, withImage, type ImageSource } from "./image-source.ts";
import { storePathsIn } from "./layer-paths.ts";
import { printJson, printLines } from "./print.ts";
import { UsageError } from "./usage.ts";

const USAGE =
  "lix-image inspect REF | --oci DIR|FILE.tar | --docker-archive FILE [--paths] [--json]";
const ABOUT = [
  `usage: ${USAGE}`,
  "Tells what an image is made of: in a registry, in an OCI layout, in a docker archive.",
  "Of several images in a layout or archive, REF is the tag, or digest, of the one that is meant.",
  "With --paths every layer is downloaded and read, and the store paths in it are listed.",
];

/** What an image is made of, from its manifest and config; layers are read for `--paths` only. */
export async function inspectCommand(argv: string[]): Promise<number> {
  const line = parseCommandLine(argv, USAGE);
  if (line.help) {
    printLines(ABOUT);
    return 0;
  }
  const [reference, ...more] = line.positionals;
  if (more.length > 0) throw new UsageError(`usage: ${USAGE}`);
  await withImage(imagePlace(line, reference, USAGE), async (image) => {
    const paths = line.paths ? await pathsOf(image) : NO_PATHS;
    if (line.json) printJson(describe(image, paths));
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
