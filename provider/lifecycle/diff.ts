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

/** What decides the repository. */
const TARGET = ["registry", "repository", "name"] as const;

/** @param olds outputs in state. @param news what check answered; may hold unknowns. */
export function diff(olds: Wire, news: Wire): DiffResult {
  // Of `LixImage.get`, which is never checked: a refresh of it comes here too, and changes nothing.
  if (news["planKey"] === undefined) return NO_CHANGE;
  const before = Recorded.parse(olds);
  const after = Recorded.parse(news);
  // An unknown repository may turn out to be the same, so it does not replace yet.
  const targetUnknown = TARGET.some((name) => isUnknown(news[name]));
  const replaced = !targetUnknown && Recorded.target(before) !== Recorded.target(after);
  const changed =
    before.drift.length > 0 ||
    differs(before.planKey, after.planKey) ||
    differs([...before.taggedRefs].sort(), sortedTags(news, after)) ||
    differs(before.archives ?? [], after.archives ?? []) ||
    differs(olds["mirrors"] ?? [], news["mirrors"] ?? []) ||
    // read and delete go by what is recorded, so it must be; "http://" is in no reference.
    differs(before.deleteFromRegistry, news["deleteFromRegistry"] ?? false) ||
    differs(before.verifyBlobs, news["verifyBlobs"] ?? false) ||
    (!targetUnknown && differs(protocol(before), protocol(after)));
  return {
    changes: changed || replaced || targetUnknown,
    replaces: replaced ? TARGET.filter((name) => before[name] !== after[name]) : [],
    // The new image may have the old one's digest: nothing is deleted before it is there.
    deleteBeforeReplace: false,
  };
}

const NO_CHANGE: DiffResult = { changes: false, replaces: [], deleteBeforeReplace: false };

const protocol = (recorded: Recorded): unknown => Recorded.repository(recorded)?.plainHttp;

const sortedTags = (news: Wire, after: Recorded): unknown =>
  isUnknown(news["taggedRefs"]) ? news["taggedRefs"] : [...after.taggedRefs].sort();

const differs = (before: unknown, after: unknown): boolean =>
  isUnknown(after) || JSON.stringify(before ?? null) !== JSON.stringify(after ?? null);
