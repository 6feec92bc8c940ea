/**
 * `layering: "closure-risk"`: store paths that change together share a layer. The hash of a store path changes
 * with whatever it was built from, so everything that the paths of a layer refer to, directly or not, can
 * change the layer. A path adds no such risk to a layer that already depends on everything that the path refers
 * to.
 *
 * The result follows from names, sizes and references alone, so that one lock makes the same layers everywhere. Sizes
 * are rounded and hashes only break ties, so that an update moves few paths from layer to layer.
 * docs/decisions/0014-layering.md has the measurements.
 * @module
 */
import { StorePath } from "../nix/store-path.ts";
import { mergeParts, type Part } from "./merge-parts.ts";
import { PathSet } from "./path-set.ts";

export interface RiskInput {
  readonly paths: readonly StorePath[];
  readonly references: (path: StorePath) => readonly StorePath[];
  /** Bytes of its NAR. */
  readonly sizeOf: (path: StorePath) => number;
  /** At least 1. */
  readonly maxLayers: number;
}

/**
 * The most stable layers first: machines that have the image keep what they unpacked up to the first layer that
 * changed. Layers that stay keep their order, because it follows from nothing but what is in them.
 */
export function byClosureRisk({ paths, references, sizeOf, maxLayers }: RiskInput): StorePath[][] {
  const ordered = paths.toSorted(byName);
  const numberOf = new Map(ordered.map((path, at) => [path, at]));
  const edges = ordered.map((path, at) =>
    references(path).flatMap((reference) => {
      const to = numberOf.get(reference);
      return to === undefined || to === at ? [] : [to];
    }),
  );
  const parts = ordered.map((path, at): Part => {
    const inputs = new Set([at]);
    // A Set goes on to what is added while it is walked.
    for (const input of inputs) for (const to of edges[input] ?? []) inputs.add(to);
    return {
      members: [at],
      size: roundedDown(sizeOf(path)),
      inputs: PathSet.of(inputs, ordered.length),
      inputCount: inputs.size,
    };
  });
  return mergeParts(parts, { edges, maxParts: maxLayers })
    .sort((a, b) => a.inputCount - b.inputCount || (a.members[0] ?? 0) - (b.members[0] ?? 0))
    .map(({ members }) => members.map((at) => ordered[at]).filter((path) => path !== undefined));
}

const byName = (a: StorePath, b: StorePath): number => {
  const [x, y] = [StorePath.name(a), StorePath.name(b)];
  return x < y ? -1 : x > y ? 1 : StorePath.compare(a, b);
};

/** To a power of two: a package that grows by a few bytes must not move others. */
function roundedDown(size: number): number {
  let power = 1;
  while (power * 2 <= size) power *= 2;
  return power;
}
