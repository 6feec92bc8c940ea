/** Merges parts of an image where that costs least, until there are few enough. @module */
import { PathSet } from "./path-set.ts";

export interface Part {
  /** Numbers of paths, ascending. */
  readonly members: readonly number[];
  readonly size: number;
  /** The paths that change it when they change: its members and all that they refer to. */
  readonly inputs: PathSet;
  readonly inputCount: number;
}

export interface MergeOptions {
  /** The paths that each path refers to, by number. */
  readonly edges: readonly (readonly number[])[];
  readonly maxParts: number;
}

/**
 * The probability that an update changes one given path by itself. The value matters little: 0.001 to 0.03 give
 * similar layers.
 */
const INPUT_RISK = 0.003;
/**
 * A path that shares a layer may leave it in an update, which changes the layer for the paths that stay. So
 * each path counts as much as this many inputs. Without this, small paths would join large ones for no gain,
 * and change their layers when they move.
 */
const MEMBER_RISK = 10;
/**
 * How many bytes at each update one layer fewer is worth, because each layer is requested, listed, unpacked and
 * mounted.
 */
const LAYER_WORTH = 2_000;
/** A layer may have this many times the average size, so that layers are built, pushed and pulled side by side. */
const BALANCE = 4;
/** Above this number, only parts that refer to each other are compared, because comparing all takes too long. */
const MANY = 256;

export function mergeParts(parts: readonly Part[], { edges, maxParts }: MergeOptions): Part[] {
  const risks = riskTable(parts.length);
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  // A power of two stays the same while the image grows a little.
  let maxSize = 1;
  while (maxSize * maxParts < total * BALANCE) maxSize *= 2;
  let left: readonly Part[] = parts;
  if (parts.length > MANY) {
    const neighbours = neighboursOf(edges);
    left = merge(parts, { risks, maxSize, neighbours, maxParts: Math.max(MANY, maxParts) });
  }
  for (;;) {
    const merged = merge(left, { risks, maxSize, maxParts });
    if (merged.length <= maxParts) return merged;
    left = merged;
    maxSize *= 2;
  }
}

/** By what a part depends on, counted in paths: the probability that an update changes the part. */
function riskTable(paths: number): readonly number[] {
  // Products instead of powers, because the last digit of a power may differ between machines.
  let unchanged = 1;
  return Array.from({ length: paths * (1 + MEMBER_RISK) + 1 }, () => {
    const risk = 1 - unchanged;
    unchanged *= 1 - INPUT_RISK;
    return risk;
  });
}

/** For each part, those that it refers to and those that refer to it. */
function neighboursOf(edges: readonly (readonly number[])[]): Set<number>[] {
  const neighbours = edges.map((to) => new Set(to));
  for (const [from, all] of edges.entries()) for (const to of all) neighbours[to]?.add(from);
  return neighbours;
}

interface Limits {
  readonly risks: readonly number[];
  readonly maxSize: number;
  readonly maxParts: number;
  /** The places of the parts that each part may be merged with; undefined: all. This function changes it. */
  readonly neighbours?: readonly Set<number>[];
}

/** The cheapest merge of a part with an earlier one. */
interface Candidate {
  readonly with: number;
  readonly cost: number;
}
const NONE: Candidate = { with: -1, cost: Infinity };

/** Merges the cheapest pair, again and again: while there are too many parts, and while that costs next to nothing. */
function merge(parts: readonly Part[], { risks, maxSize, maxParts, neighbours }: Limits): Part[] {
  const left: (Weighed | undefined)[] = parts.map((part) => weigh(part, risks));
  const places = [...parts.keys()];
  const best = places.map(() => NONE);
  /**
   * How many more bytes an update is expected to change if both are merged; maybe infinite if it is more than
   * `limit`.
   */
  const costOf = (a: Weighed, b: Weighed, limit: number): number => {
    const bytes = a.size + b.size;
    if (bytes > maxSize) return Infinity;
    const apart = a.expected + b.expected;
    const ofMembers = MEMBER_RISK * (a.members.length + b.members.length - 1);
    // Counting the union takes most of the time. It is at least as large as the larger set, which is often
    // enough.
    const least = Math.max(a.inputCount, b.inputCount);
    if (bytes * (risks[least + ofMembers] ?? 1) - apart > limit) return Infinity;
    const inputCount = PathSet.unionSize(a.inputs, b.inputs);
    return bytes * (risks[inputCount + ofMembers] ?? 1) - apart;
  };
  const cheapest = (place: number): Candidate => {
    let found = NONE;
    const part = left[place];
    if (part === undefined) return found;
    for (const other of neighbours?.[place] ?? places) {
      const partner = other < place ? left[other] : undefined;
      if (partner === undefined) continue;
      const cost = costOf(part, partner, found.cost);
      if (cost < found.cost || (cost === found.cost && other < found.with))
        found = { with: other, cost };
    }
    return found;
  };
  for (const place of places) best[place] = cheapest(place);
  for (let count = parts.length; ; count -= 1) {
    let from = -1;
    for (const place of places)
      if ((best[place]?.cost ?? Infinity) < (best[from]?.cost ?? Infinity)) from = place;
    const { with: into, cost } = best[from] ?? NONE;
    const [one, other] = [left[into], left[from]];
    if (one === undefined || other === undefined || (count <= maxParts && cost >= LAYER_WORTH))
      break;
    const merged = weigh(joined(one, other), risks);
    left[into] = merged;
    left[from] = undefined;
    best[from] = NONE;
    if (neighbours !== undefined) join(neighbours, into, from);
    best[into] = cheapest(into);
    for (const place of neighbours?.[into] ?? places) {
      const part = place > into ? left[place] : undefined;
      const before = best[place] ?? NONE;
      if (part === undefined) continue;
      if (before.with === from || before.with === into) {
        best[place] = cheapest(place);
        continue;
      }
      const now = costOf(part, merged, before.cost);
      if (now < before.cost || (now === before.cost && into < before.with))
        best[place] = { with: into, cost: now };
    }
  }
  return left.filter((part) => part !== undefined);
}

function join(neighbours: readonly Set<number>[], into: number, from: number): void {
  for (const place of neighbours[from] ?? []) {
    neighbours[place]?.delete(from);
    if (place === into) continue;
    neighbours[place]?.add(into);
    neighbours[into]?.add(place);
  }
  neighbours[from]?.clear();
}

const joined = (a: Part, b: Part): Part => ({
  members: [...a.members, ...b.members].sort((one, other) => one - other),
  size: a.size + b.size,
  inputs: PathSet.union(a.inputs, b.inputs),
  inputCount: PathSet.unionSize(a.inputs, b.inputs),
});

/** A part, and how many of its bytes an update is expected to change. */
interface Weighed extends Part {
  readonly expected: number;
}

function weigh(part: Part, risks: readonly number[]): Weighed {
  const { size, inputCount, members } = part;
  const risk = risks[inputCount + MEMBER_RISK * (members.length - 1)] ?? 1;
  return { ...part, expected: size * risk };
}
