/**
 * What an update changes, in a few lines for people: packages, layers, bytes, destination.
 * @module
 */
import { formatBytes } from "../base/format-bytes.ts";
import type { Prepared } from "../build/prepare.ts";
import type { LockedPath } from "../lock/lock.ts";
import { layerName } from "../plan/layer-name.ts";
import type { LayerKey } from "../plan/recipe.ts";
import { ResourceState } from "../state.ts";
import { planOf } from "./plans.ts";
import { Recorded } from "./recorded.ts";
import { isUnknown } from "./unknown.ts";
import type { Wire } from "./wire.ts";

const PACKAGES_SHOWN = 8;
const LINE_LENGTH = 300;

/** @param olds outputs in state. @param news what check answered; may hold unknowns. */
export function summarize(olds: Wire, news: Wire): string[] {
  const before = Recorded.parse(olds);
  return [
    ...before.drift.map((line) => `drift: ${line}`),
    ...packageLines(olds["packages"], news["packages"]),
    ...layerLines(olds["__state"], news),
    ...referenceLines(before, Recorded.parse(news), news),
  ];
}

/** Of an image that is not there yet. @param news what check answers. */
export function summarizeNew(news: Wire): string[] {
  return layerLines(undefined, news);
}

function packageLines(olds: unknown, news: unknown): string[] {
  if (isUnknown(news)) return ["packages: not known yet"];
  const before = versions(olds);
  const after = versions(news);
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const changes = names.flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    if (old === now) return [];
    if (old === undefined) return [`+ ${name} ${now ?? ""}`.trimEnd()];
    if (now === undefined) return [`- ${name} ${old}`.trimEnd()];
    return [`${name} ${old} → ${now}`];
  });
  if (changes.length === 0) return [];
  const more = changes.length - PACKAGES_SHOWN;
  const shown = changes.slice(0, PACKAGES_SHOWN).join(", ");
  return [`packages: ${shown}${more > 0 ? `, and ${more} more` : ""}`];
}

function layerLines(olds: unknown, news: Wire): string[] {
  if (isUnknown(news["digest"])) return ["layers: not known before `up`"];
  const before = ResourceState.parse(olds).layers;
  const after = ResourceState.parse(news["__state"]).layers;
  // Told apart by recipe, so another compressor's bytes are no change.
  const added = [...after].filter(([key]) => !before.has(key));
  if (added.length === 0) return [];
  const size = added.reduce((sum, [, layer]) => sum + layer.size, 0);
  const { fetched, names } = contentsOf(
    new Set(added.map(([key]) => key)),
    planOf(news["planKey"]),
  );
  const reused = after.size - added.length;
  const bytes = `${formatBytes(size)} to push and ${formatBytes(fetched)} to fetch at most`;
  return [
    `layers: ${added.length} new (${bytes}), ${reused} reused`,
    ...(names.length > 0 ? [`new layers: ${shorten(names.join(" | "))}`] : []),
  ];
}

/** Of the layers with these keys: bytes of the packages in them, as caches have them; what they are. */
function contentsOf(keys: ReadonlySet<LayerKey>, plan: Prepared | undefined) {
  let fetched = 0;
  const names = new Set<string>();
  for (const { layers, paths, generated } of plan?.platforms ?? [])
    for (const { contents } of layers.filter((layer) => keys.has(layer.key))) {
      names.add(layerName(contents));
      for (const path of contents.storePaths) {
        const info: LockedPath | undefined = generated.has(path) ? undefined : paths.get(path);
        fetched += info?.downloadSize ?? info?.narSize ?? 0;
      }
    }
  return { fetched, names: [...names] };
}

const shorten = (text: string): string =>
  text.length > LINE_LENGTH ? `${text.slice(0, LINE_LENGTH)} …` : text;

function referenceLines(before: Recorded, after: Recorded, news: Wire): string[] {
  return [
    ...(isUnknown(news["taggedRefs"])
      ? ["tags: not known yet"]
      : listLines("tags", before.taggedRefs, after.taggedRefs)),
    ...(isUnknown(news["mirrors"])
      ? ["mirrors: not known yet"]
      : listLines("mirrors", before.mirrors, after.mirrors)),
  ];
}

function listLines(what: string, before: readonly string[], after: readonly string[]): string[] {
  const added = after.filter((each) => !before.includes(each));
  const left = before.filter((each) => !after.includes(each));
  return [
    ...(added.length > 0 ? [`${what}: + ${added.join(", ")}`] : []),
    ...(left.length > 0 ? [`${what}: no longer ours: ${left.join(", ")}`] : []),
  ];
}

function versions(value: unknown): ReadonlyMap<string, string> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return new Map(
    entries.flatMap(([name, version]) =>
      typeof version === "string" ? [[name, version] as const] : [],
    ),
  );
}
