/**
 * diff: what the image is, where it goes and what a later delete will need; never credentials, clock,
 * package version, or a digest that only another compressor changed.
 * @module
 */
import { Recorded } from "./recorded.ts";
import { isUnknown } from "./unknown.ts";
import type { Wire } from "./wire.ts";

export interface DiffResult {
  readonly changes: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

/** @param olds outputs in state. @param news what check answered; may hold unknowns. */
export function diff(olds: Wire, news: Wire): DiffResult {
  const before = Recorded.parse(olds);
  const after = Recorded.parse(news);
  const changed =
    before.drift.length > 0 ||
    differs(before.planKey, after.planKey) ||
    differs([...before.taggedRefs].sort(), sortedTags(news, after)) ||
    differs(before.archives ?? [], after.archives ?? []) ||
    before.deleteFromRegistry !== after.deleteFromRegistry ||
    (!targetUnknown(news) && plainHttp(before) !== plainHttp(after));
  const target = { before: Recorded.target(before), after: Recorded.target(after) };
  // An unknown repository may turn out to be the same, so it does not replace yet.
  const known = target.after !== undefined && !isUnknown(news["ref"]) && !targetUnknown(news);
  const replaced = known && target.before !== undefined && target.before !== target.after;
  return {
    changes: changed || replaced || targetUnknown(news),
    replaces: replaced ? [news["repository"] === undefined ? "registry" : "repository"] : [],
    // The new image may have the old one's digest: nothing is deleted before it is there.
    deleteBeforeReplace: false,
  };
}

const targetUnknown = (news: Wire): boolean =>
  ["registry", "repository", "name"].some((name) => isUnknown(news[name]));

/** Not part of the target's name, but read and delete go by it. */
const plainHttp = (recorded: Recorded): boolean | undefined =>
  Recorded.repository(recorded)?.plainHttp;

const sortedTags = (news: Wire, after: Recorded): unknown =>
  isUnknown(news["taggedRefs"]) ? news["taggedRefs"] : [...after.taggedRefs].sort();

const differs = (before: unknown, after: unknown): boolean =>
  isUnknown(after) || JSON.stringify(before ?? null) !== JSON.stringify(after ?? null);
