/** The report on an image: what `--json` prints and the page shows. @module */
import { FileSizes, type FileReport } from "./file-sizes.ts";
import { packageChanges, type PackageChange, type SizedPart } from "../app/growth.ts";
import type { ImageContents, LayerContents, PlatformContents } from "./image-contents.ts";
import { reasonsOf } from "./reasons.ts";
import { shares } from "./shares.ts";

export interface Report {
  /** A reference, a folder, a file. */
  readonly image: string;
  readonly digest: string;
  /** What it is compared with. */
  readonly against?: { readonly image: string; readonly digest: string };
  /** By `linux/amd64`. */
  readonly platforms: Readonly<Record<string, PlatformReport>>;
}

export interface PlatformReport {
  readonly digest: string;
  /** Bytes to pull: layers, config and manifest. */
  readonly size: number;
  readonly unpackedSize: number;
  /** Bytes of config and manifest. */
  readonly documentSize: number;
  /** In the image's order. */
  readonly layers: readonly LayerReport[];
  /** Those of the profile. */
  readonly packages: readonly PackageReport[];
  /** By store path. */
  readonly paths: Readonly<Record<string, PathReport>>;
  /** Only in a comparison. */
  readonly changes?: PlatformChanges;
}

export interface LayerReport {
  readonly digest: string;
  readonly diffId: string;
  readonly size: number;
  readonly unpackedSize: number;
  /** Only in a comparison: whether the other image lacks it, so that it is pushed and pulled. */
  readonly isNew?: boolean;
  readonly parts: readonly PartReport[];
}

export interface PartReport {
  /** Left out where it is none. */
  readonly storePath?: string;
  readonly name: string;
  /** Its share of the layer's bytes, estimated by unpacked size if the layer has several parts. */
  readonly size: number;
  readonly unpackedSize: number;
  /** Files and directories, the largest first; left out where they are not known, or too small. */
  readonly inside?: readonly FileReport[];
}

export interface PackageReport {
  readonly name: string;
  readonly version: string;
  readonly storePaths: readonly string[];
  /** Unpacked bytes of the package itself. */
  readonly ownSize: number;
  /** With all that it needs. */
  readonly closureSize: number;
}

export interface PathReport {
  /** Index of its layer. */
  readonly layer: number;
  readonly unpackedSize: number;
  readonly references: readonly string[];
  /** The package that it is there for. */
  readonly root: string;
  /** What refers to it on the shortest way from there; left out where it is the package's own path. */
  readonly via?: string;
}

export interface PlatformChanges {
  /** Bytes to pull of the other image. */
  readonly sizeBefore: number;
  readonly unpackedSizeBefore: number;
  /** Bytes that a registry with the other image lacks, and that a machine with the other image has to pull. */
  readonly newSize: number;
  readonly newLayers: number;
  /** Bytes of layers that both have. */
  readonly keptSize: number;
  /** By unpacked bytes; the largest change first. */
  readonly packages: readonly PackageChange[];
  readonly newPaths: readonly string[];
  readonly gonePaths: readonly string[];
  /** What the change would cost under the other layering; only for arguments that are compared with a lock. */
  readonly otherLayering?: LayeringCost;
}

export interface LayeringCost {
  readonly layering: string;
  /** Bytes to push, as for the image itself, but estimated from the sizes of its layers. */
  readonly newSize: number;
  readonly newLayers: number;
  readonly layers: number;
}

export function makeReport(image: ImageContents, against?: ImageContents): Report {
  return {
    image: image.description,
    digest: image.digest,
    ...(against && { against: { image: against.description, digest: against.digest } }),
    platforms: Object.fromEntries(
      image.platforms.map((platform) => [
        platform.platform,
        platformReport(platform, against && (platformIn(against, platform) ?? NO_PLATFORM)),
      ]),
    ),
  };
}

const platformIn = (
  { platforms }: ImageContents,
  { platform }: PlatformContents,
): PlatformContents | undefined => platforms.find((each) => each.platform === platform);

type Before = Pick<PlatformContents, "documentSize" | "layers" | "otherLayers">;

const NO_PLATFORM: Before = { documentSize: 0, layers: [] };

function platformReport(contents: PlatformContents, before: Before | undefined): PlatformReport {
  const { digest, documentSize, packages } = contents;
  const references = (path: string): readonly string[] => contents.references.get(path) ?? [];
  const known = new Set(before?.layers.map((layer) => layer.digest));
  const least = unpackedSize(contents) / FINEST;
  const layers = contents.layers.map((layer) =>
    layerReport(layer, before && !known.has(layer.digest), least),
  );
  const placed = placesOf(contents.layers);
  const reasons = reasonsOf([...placed.keys()], packages, references);
  const sizeOf = (paths: Iterable<string>): number =>
    [...paths].reduce((sum, path) => sum + (placed.get(path)?.unpackedSize ?? 0), 0);
  return {
    digest,
    size: pullSize(contents),
    unpackedSize: unpackedSize(contents),
    documentSize,
    layers,
    packages: packages.map(({ name, version, storePaths }) => {
      const there = storePaths.filter((path) => placed.has(path));
      return {
        name,
        version,
        storePaths: there,
        ownSize: sizeOf(there),
        closureSize: sizeOf(closureOfPaths(there, references)),
      };
    }),
    paths: Object.fromEntries(
      [...placed].map(([path, place]) => {
        const { root = "", via } = reasons.get(path) ?? {};
        const refers = references(path);
        return [path, { ...place, references: refers, root, ...(via !== undefined && { via }) }];
      }),
    ),
    ...(before && { changes: changesOf(before, contents) }),
  };
}

/** Files below this share of the image are counted together: their cells in the map could not be seen. */
const FINEST = 2000;

function layerReport(layer: LayerContents, isNew: boolean | undefined, least: number): LayerReport {
  const { digest, diffId, size, parts } = layer;
  const sizes = shares(
    size,
    parts.map((part) => part.unpackedSize),
  );
  return {
    digest,
    diffId,
    size,
    unpackedSize: parts.reduce((sum, part) => sum + part.unpackedSize, 0),
    ...(isNew !== undefined && { isNew }),
    parts: parts.map(({ storePath, name, unpackedSize, files }, index) => {
      const own = { size: sizes[index] ?? 0, unpackedSize };
      const inside = files && FileSizes.report(files, own, least);
      return {
        ...(storePath !== undefined && { storePath }),
        ...{ name, ...own, ...(inside && { inside }) },
      };
    }),
  };
}

/** In the first layer that has it: only images of others have a path twice. */
function placesOf(
  layers: readonly LayerContents[],
): ReadonlyMap<string, Pick<PathReport, "layer" | "unpackedSize">> {
  const places = new Map<string, Pick<PathReport, "layer" | "unpackedSize">>();
  for (const [layer, { parts }] of layers.entries())
    for (const { storePath, unpackedSize } of parts)
      if (storePath !== undefined && !places.has(storePath))
        places.set(storePath, { layer, unpackedSize });
  return places;
}

function changesOf(before: Before, after: PlatformContents): PlatformChanges {
  const known = new Set(before.layers.map((layer) => layer.digest));
  const added = after.layers.filter((layer) => !known.has(layer.digest));
  const sum = (layers: readonly LayerContents[]): number =>
    layers.reduce((bytes, { size }) => bytes + size, 0);
  const [earlier, later] = [partsOf(before), partsOf(after)];
  const isUnchanged = added.length === 0 && before.layers.length === after.layers.length;
  const other = otherLayering(before, after);
  return {
    sizeBefore: pullSize(before),
    unpackedSizeBefore: unpackedSize(before),
    newSize: isUnchanged ? 0 : sum(added) + after.documentSize,
    newLayers: added.length,
    keptSize: sum(after.layers) - sum(added),
    packages: packageChanges(earlier, later),
    newPaths: pathsOnlyIn(later, earlier),
    gonePaths: pathsOnlyIn(earlier, later),
    ...(other && { otherLayering: other }),
  };
}

function otherLayering(before: Before, after: PlatformContents): LayeringCost | undefined {
  const [earlier, later] = [before.otherLayers, after.otherLayers];
  if (earlier === undefined || later === undefined) return undefined;
  const sizes = new Map(
    after.layers.flatMap((layer) =>
      layerReport(layer, undefined, Infinity).parts.map(
        (part) => [part.storePath ?? part.name, part.size] as const,
      ),
    ),
  );
  const known = new Set(earlier.layers.map(({ key }) => key));
  const added = later.layers.filter(({ key }) => !known.has(key));
  const bytes = added
    .flatMap(({ parts }) => parts)
    .reduce((sum, part) => sum + (sizes.get(part) ?? 0), 0);
  return {
    layering: later.layering,
    newSize: added.length === 0 ? 0 : bytes + after.documentSize,
    newLayers: added.length,
    layers: later.layers.length,
  };
}

/** For {@link packageChanges}, by unpacked size. */
const partsOf = ({ layers }: Before): SizedPart[] =>
  layers.flatMap(({ parts }) =>
    parts.map(({ storePath, name, unpackedSize }) => ({
      id: storePath ?? name,
      name,
      size: unpackedSize,
    })),
  );

function pathsOnlyIn(one: readonly SizedPart[], other: readonly SizedPart[]): string[] {
  const there = new Set(other.map(({ id }) => id));
  return one.map(({ id }) => id).filter((id) => id.startsWith("/") && !there.has(id));
}

const pullSize = ({ layers, documentSize }: Before): number =>
  layers.reduce((sum, { size }) => sum + size, documentSize);

const unpackedSize = ({ layers }: Before): number =>
  layers.reduce((sum, { parts }) => parts.reduce((all, part) => all + part.unpackedSize, sum), 0);

/** The paths with all that they need. */
function closureOfPaths(
  paths: readonly string[],
  references: (path: string) => readonly string[],
): ReadonlySet<string> {
  const closure = new Set(paths);
  // A Set goes on to what is added while it is walked.
  for (const path of closure) for (const reference of references(path)) closure.add(reference);
  return closure;
}
