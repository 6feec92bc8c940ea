/**
 * Compares an image with another: configs, layers, store paths, files and the store's database. Layers are read as
 * streams, one at a time; one that both images have is read once.
 * @module
 */
import { measured, type Advance } from "../base/meter.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { Platform } from "../formats/oci/platform.ts";
import type { PlatformImage } from "../formats/oci/read-image.ts";
import { comparePlatforms, type PlatformComparison } from "./compare-platforms.ts";
import type { ConfigDocuments } from "./compare-config.ts";
import { deviationOf } from "./deviations.ts";
import type { Difference } from "./difference.ts";
import { fileSystem, type FileNode, type LayerOfFiles } from "./file-system.ts";
import { readLayerFiles, type Layer, type LayerFiles, type LayerSource } from "./layer-files.ts";

export interface ComparableImage extends LayerSource {
  readonly root: { readonly digest: Digest };
  readonly platforms: readonly PlatformImage[];
  readonly getDocuments: (image: PlatformImage) => Promise<ConfigDocuments>;
}

export interface ImageComparison {
  readonly here: { readonly image: string; readonly digest: Digest };
  readonly there: { readonly image: string; readonly digest: Digest };
  /** By `linux/amd64`: those that both images have. */
  readonly platforms: ReadonlyMap<string, ExplainedComparison>;
  /** Nothing vouches for these. */
  readonly platformsOnlyHere: readonly string[];
  readonly platformsOnlyThere: readonly string[];
  /** How many differences no deviation explains. */
  readonly unexplained: number;
}

export type ExplainedComparison = Omit<PlatformComparison, "differences"> & {
  readonly differences: readonly ExplainedDifference[];
};

/** `deviation` is the name of the one that explains it. */
export type ExplainedDifference = Difference & { readonly deviation?: string };

export async function compareImageContents(
  here: ComparableImage,
  there: ComparableImage,
): Promise<ImageComparison> {
  const [ours, theirs] = [byPlatform(here), byPlatform(there)];
  const common = [...ours.keys()].filter((platform) => theirs.has(platform));
  const platformsOnlyHere = [...ours.keys()].filter((platform) => !theirs.has(platform));
  const sides = [here, there].map((source) => ({
    source,
    images: source.platforms.filter((each) => common.includes(Platform.format(each.platform))),
  }));
  const platforms = await withReader(sides, async (read) => {
    const compared = new Map<string, ExplainedComparison>();
    for (const platform of common) {
      const [mine, other] = [ours.get(platform), theirs.get(platform)];
      if (mine === undefined || other === undefined) continue;
      const result = await comparePlatforms(
        await sideOf(here, mine, read),
        await sideOf(there, other, read),
      );
      compared.set(platform, { ...result, differences: result.differences.map(explained) });
    }
    return compared;
  });
  const unexplained = [...platforms.values()].flatMap(({ differences }) =>
    differences.filter(({ deviation }) => deviation === undefined),
  ).length;
  return {
    here: { image: here.description, digest: here.root.digest },
    there: { image: there.description, digest: there.root.digest },
    platforms,
    platformsOnlyHere,
    platformsOnlyThere: [...theirs.keys()].filter((platform) => !ours.has(platform)),
    unexplained: unexplained + platformsOnlyHere.length,
  };
}

const byPlatform = ({ platforms }: ComparableImage): ReadonlyMap<string, PlatformImage> =>
  new Map(platforms.map((image) => [Platform.format(image.platform), image]));

function explained(difference: Difference): ExplainedDifference {
  const deviation = deviationOf(difference)?.name;
  return deviation === undefined ? difference : { ...difference, deviation };
}

async function sideOf(source: ComparableImage, image: PlatformImage, read: ReadLayer) {
  return {
    source,
    layers: image.layers,
    documents: await source.getDocuments(image),
    root: await fileSystemOf(source, image, read),
  };
}

function fileSystemOf(
  source: LayerSource,
  image: PlatformImage,
  read: ReadLayer,
): Promise<FileNode> {
  const layers = async function* (): AsyncGenerator<LayerOfFiles> {
    for (const layer of image.layers)
      yield { digest: layer.digest, files: await read(source, layer) };
  };
  return fileSystem(layers());
}

type ReadLayer = (source: LayerSource, layer: Layer) => Promise<LayerFiles>;

interface Side {
  readonly source: LayerSource;
  readonly images: readonly PlatformImage[];
}

/** Reads each layer once, and keeps its list of files until it is needed no more. Shows how far it is. */
function withReader<T>(sides: readonly Side[], use: (read: ReadLayer) => Promise<T>): Promise<T> {
  const uses = new Map<string, number>();
  for (const layer of sides.flatMap(({ images }) => images.flatMap(({ layers }) => layers)))
    uses.set(keyOf(layer), (uses.get(keyOf(layer)) ?? 0) + 1);
  const kept = new Map<string, LayerFiles>();
  const total = uses.size;
  let [done, reading] = [0, sides[0]?.source.description ?? ""];
  const advance = (): Advance => ({
    done: `${done} of ${total} layers read`,
    share: done / Math.max(1, total),
    waitsFor: reading,
    subject: reading.replace(/.*\/(?=.)/, ""),
  });
  return measured(advance, (meter) =>
    use(async (source, layer) => {
      const key = keyOf(layer);
      const left = (uses.get(key) ?? 1) - 1;
      uses.set(key, left);
      reading = source.description;
      const known = kept.get(key);
      if (left === 0) kept.delete(key);
      if (known !== undefined) return known;
      const files = await readLayerFiles(
        { ...source, getBlob: (digest) => counted(source.getBlob(digest), () => meter.moved()) },
        layer,
      );
      if (left > 0) kept.set(key, files);
      done += 1;
      return files;
    }),
  );
}

async function* counted(source: ReturnType<LayerSource["getBlob"]>, moved: () => void) {
  for await (const chunk of source) {
    moved();
    yield chunk;
  }
}

/** The diffId is claimed by a config, so it is checked for each. */
const keyOf = ({ digest, diffId }: Layer): string => `${digest} ${diffId}`;
