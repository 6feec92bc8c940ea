/**
 * The tar of a layer, in chunks as packTar has them.
 * @module
 */
import { TarPacker, slabsInTurn, type TarItem } from "../tar/pack.ts";
import { layerEntries } from "./entries.ts";
import type { LayerDirectory, StorePathLeaf } from "./layer-tree.ts";

/**
 * The entries of a store path, as narItem makes them, in batches. Each batch is used up before the next is
 * asked for.
 */
export type OpenNar = (leaf: StorePathLeaf) => AsyncIterable<readonly TarItem[]>;

/**
 * `openNar` is called for one store path at a time, in the tar's order. All chunks use the same memory, so each is
 * written over when the next one is asked for.
 */
export async function* layerTar(
  root: LayerDirectory,
  openNar: OpenNar,
): AsyncGenerator<Uint8Array, void> {
  const tar = new TarPacker(slabsInTurn(1));
  for (const entry of layerEntries(root))
    if (entry.kind !== "store path") for (const chunk of tar.add(entry)) yield chunk;
    else
      for await (const items of openNar(entry))
        for (const item of items) for (const chunk of tar.add(item)) yield chunk;
  for (const chunk of tar.finish()) yield chunk;
}

/** The store paths whose NARs the tar needs, in its order. */
export const narsOf = (root: LayerDirectory): StorePathLeaf[] =>
  [...layerEntries(root)].filter((entry) => entry.kind === "store path");
