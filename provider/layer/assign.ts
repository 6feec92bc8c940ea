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
}

export interface AssignInput {
  /** The packages of each explicit group, by their default outputs. */
  readonly groups: readonly (readonly StorePath[])[];
  readonly references: (path: StorePath) => readonly StorePath[];
  /** The store paths we make ourselves. */
  readonly generated: ReadonlySet<StorePath>;
  readonly baseSystemReferences: readonly StorePath[];
  /** How many layers may follow those of the groups. */
  readonly maxLayers: number;
}

/** In the image's order: the groups, single paths by popularity, the base system, the database. */
export function assignLayers(input: AssignInput): LayerContents[] {
  const { references, generated, baseSystemReferences } = input;
  const placed = new Set<StorePath>();
  const groups = input.groups.flatMap((packages) => {
    const storePaths = closureOf(packages, references).filter((path) => !placed.has(path));
    for (const path of storePaths) placed.add(path);
    return storePaths.length === 0 ? [] : [{ storePaths, baseSystem: false, database: false }];
  });
  const closure = closureOf(baseSystemReferences, references);
  const single = byPopularity({
    paths: new Map(closure.map((path) => [path, references(path)])),
    baseSystemReferences,
    generated,
  })
    .filter((path) => !placed.has(path))
    .map((path) => ({ storePaths: [path], baseSystem: false, database: false }));
  const rest = [
    ...single,
    { storePaths: [], baseSystem: true, database: false },
    { storePaths: [], baseSystem: false, database: true },
  ];
  const limit = Math.min(input.maxLayers, MAX_IMAGE_LAYERS - groups.length);
  return [...groups, ...mergeTail(rest, limit)];
}

/** At most `limit` layers: the last holds what would be beyond it. */
function mergeTail(layers: readonly LayerContents[], limit: number): LayerContents[] {
  if (layers.length <= limit) return [...layers];
  const tail = layers.slice(limit - 1);
  return [
    ...layers.slice(0, limit - 1),
    {
      storePaths: tail.flatMap((layer) => layer.storePaths).sort(StorePath.compare),
      baseSystem: tail.some((layer) => layer.baseSystem),
      database: tail.some((layer) => layer.database),
    },
  ];
}
