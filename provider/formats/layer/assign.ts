/**
 * Which store path goes into which layer.
 * @module
 */
import { closureOf } from "../nix/closure.ts";
import { StorePath } from "../nix/store-path.ts";
import { byPopularity } from "./popularity.ts";

/** More layers than this, and containerd's and Docker's overlay mounts fail. */
export const MAX_IMAGE_LAYERS = 127;

/** What one layer holds; never nothing. */
export interface LayerContents {
  /** By base name. */
  readonly storePaths: readonly StorePath[];
  readonly baseSystem: boolean;
  readonly database: boolean;
  /** The files that the program adds; such a layer holds nothing else. */
  readonly files?: boolean | undefined;
}

export interface AssignInput {
  /** The packages of each explicit group, by their default outputs. */
  readonly groups: readonly (readonly StorePath[])[];
  readonly references: (path: StorePath) => readonly StorePath[];
  /** The store paths we make ourselves. */
  readonly generated: ReadonlySet<StorePath>;
  /** What the image refers to without a package: the base system's, the program's files and settings. */
  readonly baseSystemReferences: readonly StorePath[];
  /** Whether the program adds files. Their layer does not count against `maxLayers`. */
  readonly files?: boolean | undefined;
  /** How many layers may follow those of the groups. */
  readonly maxLayers: number;
  readonly layering: Layering;
}

/**
 * What happens with more paths than layers. `"own layers"`: what we generate stays out of the packages'
 * layers. `"shared tail"`: the last layer holds all that is beyond the limit, as 0.1 did at first; images
 * that were pushed so keep their digests until something else changes them.
 */
export type Layering = "own layers" | "shared tail";

/** In the image's order: the groups, packages by popularity, what we generate, base system, database, files. */
export function assignLayers(input: AssignInput): LayerContents[] {
  const { references, generated, baseSystemReferences } = input;
  const placed = new Set<StorePath>();
  const groups = input.groups.flatMap((packages) => {
    const storePaths = closureOf(packages, references).filter((path) => !placed.has(path));
    for (const path of storePaths) placed.add(path);
    return storePaths.length === 0 ? [] : [{ storePaths, baseSystem: false, database: false }];
  });
  const closure = closureOf(baseSystemReferences, references);
  const singles = byPopularity({
    paths: new Map(closure.map((path) => [path, references(path)])),
    baseSystemReferences,
    generated,
  }).filter((path) => !placed.has(path));
  const files = input.files === true ? [FILES] : [];
  const limit = Math.min(input.maxLayers, MAX_IMAGE_LAYERS - groups.length - files.length);
  const { layering } = input;
  return [...groups, ...withinLimit(singles, { generated, limit, layering }), ...files];
}

const BASE_SYSTEM: LayerContents = { storePaths: [], baseSystem: true, database: false };
const DATABASE: LayerContents = { storePaths: [], baseSystem: false, database: true };
const FILES: LayerContents = { storePaths: [], baseSystem: false, database: false, files: true };

/**
 * Each path gets its own layer if that fits. Otherwise the least popular packages share one layer, and
 * generated paths get layers of their own, so that a changed setting moves no package.
 */
function withinLimit(
  singles: readonly StorePath[],
  {
    generated,
    limit,
    layering,
  }: Pick<AssignInput, "generated" | "layering"> & { readonly limit: number },
): LayerContents[] {
  const all = [...singles.map((path) => of(path)), BASE_SYSTEM, DATABASE];
  if (all.length <= limit) return all;
  if (layering === "shared tail" || limit === 1)
    return [...all.slice(0, limit - 1), merged(all.slice(limit - 1))];
  const packages = singles.filter((path) => !generated.has(path));
  const ours = of(...singles.filter((path) => generated.has(path)));
  const tail =
    limit === 2
      ? [merged([ours, BASE_SYSTEM, DATABASE])]
      : limit === 3
        ? [merged([ours, BASE_SYSTEM]), DATABASE]
        : [...(ours.storePaths.length === 0 ? [] : [ours]), BASE_SYSTEM, DATABASE];
  return [...packageLayers(packages, limit - tail.length), ...tail];
}

/** The first ones single, the last one the rest. */
function packageLayers(packages: readonly StorePath[], limit: number): LayerContents[] {
  if (packages.length <= limit) return packages.map((path) => of(path));
  const single = packages.slice(0, limit - 1).map((path) => of(path));
  return [...single, of(...packages.slice(limit - 1))];
}

const of = (...storePaths: readonly StorePath[]): LayerContents => ({
  storePaths: storePaths.toSorted(StorePath.compare),
  baseSystem: false,
  database: false,
});

const merged = (layers: readonly LayerContents[]): LayerContents => ({
  storePaths: layers.flatMap((layer) => layer.storePaths).sort(StorePath.compare),
  baseSystem: layers.some((layer) => layer.baseSystem),
  database: layers.some((layer) => layer.database),
});
