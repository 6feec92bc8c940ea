/**
 * What an update changes, in a few lines for people: packages, layers, bytes, destination.
 * @module
 */
import { formatBytes } from "../base/format-bytes.ts";
import { ResourceState } from "../state.ts";
import { Recorded } from "./recorded.ts";
import { isUnknown } from "./unknown.ts";
import type { Wire } from "./wire.ts";

const PACKAGES_SHOWN = 8;

/** @param olds outputs in state. @param news what check answered; may hold unknowns. */
export function summarize(olds: Wire, news: Wire): string[] {
  const before = Recorded.parse(olds);
  return [
    ...before.drift.map((line) => `drift: ${line}`),
    ...packageLines(olds["packages"], news["packages"]),
    ...layerLines(olds["__state"], news["__state"], news["digest"]),
    ...referenceLines(before, Recorded.parse(news), news["taggedRefs"]),
  ];
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

/** Layers are told apart by recipe, so another compressor's bytes are no change. */
function layerLines(olds: unknown, news: unknown, digest: unknown): string[] {
  if (isUnknown(digest)) return ["layers: not known before `up`"];
  const before = ResourceState.parse(olds).layers;
  const after = ResourceState.parse(news).layers;
  const added = [...after].filter(([key]) => !before.has(key));
  if (added.length === 0) return [];
  const size = added.reduce((sum, [, layer]) => sum + layer.size, 0);
  const reused = after.size - added.length;
  return [`layers: ${added.length} new (${formatBytes(size)} to push at most), ${reused} reused`];
}

function referenceLines(before: Recorded, after: Recorded, news: unknown): string[] {
  if (isUnknown(news)) return ["tags: not known yet"];
  const added = after.taggedRefs.filter((ref) => !before.taggedRefs.includes(ref));
  const left = before.taggedRefs.filter((ref) => !after.taggedRefs.includes(ref));
  return [
    ...(added.length > 0 ? [`tags: + ${added.join(", ")}`] : []),
    ...(left.length > 0 ? [`tags: no longer ours: ${left.join(", ")}`] : []),
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
