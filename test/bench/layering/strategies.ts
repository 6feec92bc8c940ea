/** Ways to divide the store paths of an image into layers. @module */
import { assignLayers, type Layering } from "../../../provider/formats/layer/assign.ts";
import { byClosureRisk } from "../../../provider/formats/layer/closure-risk.ts";
import { mergeParts, type Part } from "../../../provider/formats/layer/merge-parts.ts";
import { PathSet } from "../../../provider/formats/layer/path-set.ts";
import { byPopularity } from "../../../provider/formats/layer/popularity.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { bytesOf, narSize, references, type Closure } from "./closure.ts";

export type Layers = readonly (readonly StorePath[])[];

export interface Strategy {
  readonly name: string;
  /** @param before the layers of the revision before. */
  readonly layers: (closure: Closure, maxLayers: number, before: Layers | undefined) => Layers;
}

export const STRATEGIES: readonly Strategy[] = [
  { name: "one path a layer", layers: (closure) => popular(closure).map((path) => [path]) },
  { name: "one layer", layers: (closure) => [popular(closure)] },
  {
    name: "popularity",
    layers: (closure, maxLayers) => assigned({ ...closure, groups: [] }, maxLayers, "docker.nix"),
  },
  {
    name: "docker.nix",
    layers: (closure, maxLayers) =>
      assigned(closure, maxLayers - closure.groups.length, "docker.nix"),
  },
  { name: "size-first", layers: sizeFirst },
  {
    name: "closure-risk",
    layers: (closure, maxLayers) => assigned(closure, maxLayers, "closure-risk"),
  },
  { name: "closure-risk, with history", layers: withHistory },
];

const byNarSize =
  (closure: Closure) =>
  (a: StorePath, b: StorePath): number =>
    narSize(closure, b) - narSize(closure, a) || StorePath.compare(a, b);

/** What nothing else refers to. */
function rootsOf(closure: Closure): StorePath[] {
  const needed = new Set(
    [...closure.paths.keys()].flatMap((path) =>
      references(closure, path).filter((reference) => reference !== path),
    ),
  );
  return [...closure.paths.keys()].filter((path) => !needed.has(path));
}

function popular(closure: Closure): StorePath[] {
  const sorted = [...closure.paths.keys()].sort(StorePath.compare);
  return byPopularity({
    paths: new Map(sorted.map((path) => [path, references(closure, path)])),
    baseSystemReferences: rootsOf(closure),
    generated: new Set(),
  });
}

/** As the provider does, without what it generates. */
function assigned(closure: Closure, packageLayers: number, layering: Layering): Layers {
  const layers = assignLayers({
    groups: closure.groups,
    references: (path) => references(closure, path),
    sizeOf: (path) => narSize(closure, path),
    generated: new Set(),
    baseSystemReferences: rootsOf(closure),
    // Base system and database.
    maxLayers: packageLayers + 2,
    layering,
  });
  return layers.slice(0, -2).map(({ storePaths }) => storePaths);
}

/**
 * nixpkgs' auto-layer: the largest paths become primaries, one after the other, and paths that the same primaries
 * lead to share a layer; it stops before there are too many.
 * @see https://github.com/NixOS/nixpkgs/pull/355189
 */
function sizeFirst(closure: Closure, maxLayers: number): Layers {
  const order = popular(closure);
  const primaries = new Map<StorePath, string>(order.map((path) => [path, ""]));
  let layers: Layers = [order];
  for (const [at, primary] of order.toSorted(byNarSize(closure)).entries()) {
    const below = new Set([primary]);
    // A Set goes on to what is added while it is walked.
    for (const path of below) for (const to of references(closure, path)) below.add(to);
    for (const path of below) primaries.set(path, `${primaries.get(path) ?? ""} ${at}`);
    const groups = [...Map.groupBy(order, (path) => primaries.get(path)).values()];
    if (groups.length > maxLayers) break;
    layers = groups;
  }
  return layers;
}

/** closure-risk, but layers of the revision before whose paths are all still there stay whole. */
function withHistory(closure: Closure, maxLayers: number, before: Layers | undefined): Layers {
  const { paths } = closure;
  if (before === undefined)
    return byClosureRisk({
      paths: [...paths.keys()],
      references: (path) => references(closure, path),
      sizeOf: (path) => narSize(closure, path),
      maxLayers,
    });
  const kept = before.filter((layer) => layer.every((path) => paths.has(path)));
  const isKept = new Set(kept.flat());
  const groups = [
    ...kept,
    ...[...paths.keys()].flatMap((path) => (isKept.has(path) ? [] : [[path]])),
  ];
  const numberOf = new Map([...paths.keys()].map((path, at) => [path, at]));
  const numbers = (of: Iterable<StorePath>): number[] =>
    [...of].map((path) => numberOf.get(path) ?? 0);
  const groupOf = new Map(groups.flatMap((group, at) => group.map((path) => [path, at] as const)));
  const parts = groups.map((group): Part => {
    const inputs = new Set(group);
    for (const path of inputs) for (const to of references(closure, path)) inputs.add(to);
    return {
      members: numbers(group),
      size: bytesOf(closure, group),
      inputs: PathSet.of(numbers(inputs), paths.size),
      inputCount: inputs.size,
    };
  });
  const edges = groups.map((group) =>
    group.flatMap((path) => references(closure, path)).map((path) => groupOf.get(path) ?? 0),
  );
  const all = [...paths.keys()];
  return mergeParts(parts, { edges, maxParts: maxLayers })
    .sort((a, b) => a.inputCount - b.inputCount)
    .map(({ members }) => members.map((at) => all[at]).filter((path) => path !== undefined));
}
