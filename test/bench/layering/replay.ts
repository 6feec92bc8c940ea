/** What a series of revisions costs under one strategy. @module */
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { bytesOf, type Closure } from "./closure.ts";
import type { Layers, Strategy } from "./strategies.ts";

/** Sums over all revisions but the first, in bytes of NARs. */
export interface Replayed {
  readonly strategy: string;
  /** Layers that the registry had at no revision before. */
  readonly pushed: number;
  /** Layers that the image before has not: what a machine with that image downloads. */
  readonly pulled: number;
  /**
   * Layers from the first one on that the image before has not in the same place: what such a machine unpacks, because
   * a layer is kept unpacked by the chain of all layers up to it.
   */
  readonly unpacked: number;
  /** The largest number of layers. */
  readonly layers: number;
  /** Bytes of the largest layer. */
  readonly largest: number;
  /** Of the paths that did not change, the part that got other neighbours, by name. */
  readonly moved: number;
}

export function replay(
  series: readonly Closure[],
  { name: strategy, layers }: Strategy,
  maxLayers: number,
): Replayed {
  const registry = new Set<string>();
  const sum = { pushed: 0, pulled: 0, unpacked: 0, layers: 0, largest: 0, stayed: 0, moved: 0 };
  let before: Layers | undefined;
  for (const closure of series) {
    const now = layers(closure, maxLayers, before);
    const keysBefore = before?.map(keyOf) ?? [];
    const there = new Set(keysBefore);
    let isSameChain = true;
    for (const [at, layer] of now.entries()) {
      const key = keyOf(layer);
      const bytes = bytesOf(closure, layer);
      isSameChain &&= keysBefore[at] === key;
      sum.largest = Math.max(sum.largest, bytes);
      if (before !== undefined) {
        sum.pushed += registry.has(key) ? 0 : bytes;
        sum.pulled += there.has(key) ? 0 : bytes;
        sum.unpacked += isSameChain ? 0 : bytes;
      }
      registry.add(key);
    }
    sum.layers = Math.max(sum.layers, now.length);
    const earlier = neighbours(before ?? []);
    for (const [path, names] of neighbours(now)) {
      const namesBefore = earlier.get(path);
      if (namesBefore !== undefined) sum[namesBefore === names ? "stayed" : "moved"] += 1;
    }
    before = now;
  }
  const { stayed, ...sums } = sum;
  return { ...sums, strategy, moved: sum.moved / Math.max(1, sum.moved + stayed) };
}

const keyOf = (layer: readonly StorePath[]): string => layer.toSorted(StorePath.compare).join(" ");

/** By path, the names of all paths in its layer. */
function neighbours(layers: Layers): Map<StorePath, string> {
  const byPath = new Map<StorePath, string>();
  for (const layer of layers) {
    const names = layer.map((path) => StorePath.name(path)).sort();
    for (const path of layer) byPath.set(path, names.join(" "));
  }
  return byPath;
}
