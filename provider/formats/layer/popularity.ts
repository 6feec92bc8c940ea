/**
 * nix2container's order of layers: what most paths lead to comes first, so that a change near the
 * leaves leaves the layers before it as they are.
 * @see https://github.com/nlewo/nix2container/blob/20d3395/closure/popularity.go
 * @module
 */
import { lixError } from "../../errors/lix-error.ts";
import { StorePath } from "../nix/store-path.ts";

export interface PopularityInput {
  /** The closure of the base system without the base system itself, each path with its references. */
  readonly paths: ReadonlyMap<StorePath, readonly StorePath[]>;
  /** What the base system itself refers to; it counts as a path, but has its own layer at the end. */
  readonly baseSystemReferences: readonly StorePath[];
  /** The paths we make ourselves: their hashes change with every setting, so only their names count. */
  readonly generated: ReadonlySet<StorePath>;
}

/** The number of ways in the graph that end at a path. */
export const popularityOf = (
  paths: PopularityInput["paths"],
  baseSystemReferences: readonly StorePath[] = [],
): ReadonlyMap<StorePath, bigint> => countWays(withoutSelf(paths), new Set(baseSystemReferences));

/** Most popular first. */
export function byPopularity(input: PopularityInput): StorePath[] {
  const references = withoutSelf(input.paths);
  const popularity = popularityOf(input.paths, input.baseSystemReferences);
  const ids = numberByFirstSight(references, input.generated);
  const rank = [...references.keys()].map((path) => ({
    path,
    popularity: popularity.get(path) ?? 0n,
    id: ids.get(path) ?? 0,
  }));
  rank.sort((a, b) =>
    a.popularity === b.popularity ? b.id - a.id : a.popularity < b.popularity ? 1 : -1,
  );
  return rank.map((each) => each.path);
}

type References = ReadonlyMap<StorePath, readonly StorePath[]>;

function withoutSelf(paths: References): References {
  return new Map(
    [...paths].map(([path, to]) => [path, to.filter((reference) => reference !== path)]),
  );
}

/** In topological order each path passes its count on to its references. */
function countWays(references: References, fromBaseSystem: ReadonlySet<StorePath>) {
  const users = new Map<StorePath, number>();
  for (const to of references.values())
    for (const path of to) users.set(path, (users.get(path) ?? 0) + 1);
  // Every path is a way of length nothing to itself; the base system adds one to what it refers to.
  // Ways double with each diamond, so 64 bits can overflow.
  const ways = new Map(
    [...references.keys()].map((path) => [path, fromBaseSystem.has(path) ? 2n : 1n]),
  );
  const ready = [...references.keys()].filter((path) => !users.has(path));
  for (const path of ready) {
    for (const to of references.get(path) ?? []) {
      ways.set(to, (ways.get(to) ?? 1n) + (ways.get(path) ?? 1n));
      const left = (users.get(to) ?? 0) - 1;
      users.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  const stuck = [...references.keys()].filter((path) => (users.get(path) ?? 0) > 0);
  if (stuck.length > 0) throw lixError("REFERENCE_CYCLE", { paths: stuck });
  return ways;
}

/**
 * Numbers that break ties, in the order in which paths are reached: walking them in order, each followed by its
 * references. nix2container walks by hash; the hashes of generated paths would then shuffle layers.
 */
function numberByFirstSight(
  references: References,
  generated: ReadonlySet<StorePath>,
): ReadonlyMap<StorePath, number> {
  const order = (a: StorePath, b: StorePath): number => {
    if (generated.has(a) !== generated.has(b)) return generated.has(a) ? 1 : -1;
    const [x, y] = generated.has(a) ? [StorePath.name(a), StorePath.name(b)] : [a, b];
    return x < y ? -1 : x > y ? 1 : StorePath.compare(a, b);
  };
  const ids = new Map<StorePath, number>();
  for (const path of [...references.keys()].sort(order))
    for (const seen of [path, ...[...(references.get(path) ?? [])].sort(order)])
      if (!ids.has(seen)) ids.set(seen, ids.size);
  return ids;
}
