/**
 * Which store path goes into which layer.
 * @module
 */
import { closureOf } from "../nix/closure.ts";
import { StorePath } from "../nix/store-path.ts";
import { byClosureRisk } from "./closure-risk.ts";
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
  /** Bytes of a path's NAR. */
  readonly sizeOf: (path: StorePath) => number;
  /** The store paths we make ourselves. */
  readonly generated: ReadonlySet<StorePath>;
  /** What the image refers to without a package: the base system's, the program's files and settings. */
  readonly baseSystemReferences: readonly StorePath[];
  /** Whether the program adds files. Their layer does not count against `maxLayers`. */
  readonly files?: boolean | undefined;
  /** How many layers there may be; under docker.nix's rule, how many may follow those of the groups. */
  readonly maxLayers: number;
  readonly layering: Layering;
}

/**
 * `"docker.nix"`: explicit groups, and the other paths by popularity. `"closure-risk"`: what changes together
 * shares a layer. `"shared tail"` is what `"docker.nix"` first meant in 0.1: the last layer holds everything
 * beyond the limit. Images that were pushed that way keep their digests until something else changes them.
 */
export type Layering = "docker.nix" | "closure-risk" | "shared tail";

export function assignLayers(input: AssignInput): LayerContents[] {
  const files = input.files === true ? [FILES] : [];
  const most = MAX_IMAGE_LAYERS - files.length;
  const layers =
    input.layering === "closure-risk" ? assignByRisk(input, most) : assignByGroups(input, most);
  return [...layers, ...files];
}

/** Packages with the most stable first, the channel, what we generate, base system, database. */
function assignByRisk(input: AssignInput, most: number): LayerContents[] {
  const { references, sizeOf, generated } = input;
  const limit = Math.min(input.maxLayers, most);
  const all = closureOf([...input.groups.flat(), ...input.baseSystemReferences], references);
  // The channel is a generated group. What it brings in, nixpkgs, refers to nothing and still changes with every lock.
  const made = input.groups.flat().filter((path) => generated.has(path));
  const channel = closureOf(made, references);
  const isOwn = limit > 2 && channel.length > made.length;
  const apart = new Set(isOwn ? channel : []);
  const packages = all.filter((path) => !generated.has(path) && !apart.has(path));
  const ours = all.filter((path) => generated.has(path) && !apart.has(path));
  const channelLayers = isOwn ? [of(...channel)] : [];
  const left = limit - channelLayers.length;
  if (left === 1) return [merged([of(...all), BASE_SYSTEM, DATABASE])];
  const tail = oursWithin(left, ours);
  const maxLayers = left - tail.length;
  const layers = byClosureRisk({ paths: packages, references, sizeOf, maxLayers });
  return [...layers.map((paths) => of(...paths)), ...channelLayers, ...tail];
}

/** The groups, packages by popularity, what we generate, base system, database. */
function assignByGroups(input: AssignInput, most: number): LayerContents[] {
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
  const limit = Math.min(input.maxLayers, most - groups.length);
  const { layering } = input;
  return [...groups, ...withinLimit(singles, { generated, limit, layering })];
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
  const tail = oursWithin(
    limit,
    singles.filter((path) => generated.has(path)),
  );
  return [...packageLayers(packages, limit - tail.length), ...tail];
}

/** At most three layers for what we generate, and room for one of packages. */
function oursWithin(limit: number, generated: readonly StorePath[]): LayerContents[] {
  const ours = of(...generated);
  if (limit === 2) return [merged([ours, BASE_SYSTEM, DATABASE])];
  if (limit === 3) return [merged([ours, BASE_SYSTEM]), DATABASE];
  return [...(generated.length === 0 ? [] : [ours]), BASE_SYSTEM, DATABASE];
}

/** The first layers hold one path each, the last one the rest. */
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
