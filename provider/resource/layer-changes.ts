/** Which layers an update brings, and which it leaves behind. @module */
import type { PropertyMap } from "./property-map.ts";
import { recordedLayers } from "./recorded-layers.ts";
import { ResourceState } from "./state.ts";

export interface LayerChanges {
  /** Names, such as `glibc-2.40`. */
  readonly added: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

/** @param olds outputs in state. @param news what check answered; no layers if they are not known yet. */
export function layerChanges(olds: PropertyMap, news: PropertyMap): LayerChanges {
  const { layers, names = {} } = ResourceState.parse(news["__state"]);
  if (layers.size === 0) return { added: new Set(), removed: new Set() };
  const nameOf = new Map(Object.values(names).flatMap((each) => Object.entries(each)));
  const after = new Map(
    [...layers].map(([key, { digest }]) => [digest as string, nameOf.get(key)]),
  );
  const before = new Map(recordedLayers(olds).map(({ digest, name }) => [digest, name]));
  return { added: namesIn(after, before), removed: namesIn(before, after) };
}

/** Of all layers without a package: the base system, the store's database, the program's files. */
const GENERATED = "generated files";

/** Of the layers in one image that are not in the other. */
const namesIn = (
  one: ReadonlyMap<string, string | undefined>,
  other: ReadonlyMap<string, unknown>,
): Set<string> =>
  new Set(
    [...one].filter(([digest]) => !other.has(digest)).map(([digest, name]) => shown(digest, name)),
  );

/** An image that was imported names none: a layer of it is the start of its digest. */
const shown = (digest: string, name: string | undefined): string =>
  name === "" ? GENERATED : (name ?? digest.slice(0, "sha256:".length + 12));
