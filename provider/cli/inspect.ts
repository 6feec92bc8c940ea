import { formatBytes } from "../base/format-bytes.ts";
import type { PlatformImage } from "../oci/read-image.ts";
import { Platform } from "../oci/platform.ts";
import { parseCommandLine } from "./arguments.ts";
import { imagePlace, withImage, type ImageSource } from "./image-source.ts";
import { printJson, printLines } from "./print.ts";
import { UsageError } from "./usage.ts";

const USAGE = "lix-image inspect REF | --oci DIR|FILE.tar | --docker-archive FILE [--json]";
const ABOUT = [
  `usage: ${USAGE}`,
  "Tells what an image is made of: in a registry, in an OCI layout, in a docker archive.",
  "Of several images in a layout or archive, REF is the tag, or digest, of the one that is meant.",
];

/** What an image is made of, from its manifest and config; no layer is read. */
export async function inspectCommand(argv: string[]): Promise<number> {
  const line = parseCommandLine(argv, USAGE);
  if (line.help) {
    printLines(ABOUT);
    return 0;
  }
  const [reference, ...more] = line.positionals;
  if (more.length > 0) throw new UsageError(`usage: ${USAGE}`);
  await withImage(imagePlace(line, reference, USAGE), async (image) => {
    if (line.json) printJson(describe(image));
    else printLines(table(image));
  });
  return 0;
}

function describe({ description, names, root, platforms }: ImageSource) {
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
          })),
        },
      ]),
    ),
  };
}

function table({ description, names, root, platforms }: ImageSource): string[] {
  return [
    description,
    `  ${root.digest}  ${root.mediaType}`,
    ...names.map((name) => `  ${name}`),
    ...platforms.flatMap(platformLines),
  ];
}

function platformLines(image: PlatformImage): string[] {
  return [
    `${Platform.format(image.platform)}: ${image.layers.length} layers, ${formatBytes(image.size)} to pull`,
    ...Object.entries(image.config.Labels).map(([label, value]) => `  ${label} = ${value}`),
    ...image.layers.map(
      (layer, index) =>
        `  ${String(index).padStart(3)}  ${formatBytes(layer.size).padStart(9)}  ${layer.digest}`,
    ),
  ];
}
