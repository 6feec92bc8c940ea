/**
 * diff: what the image is, where it goes and what a later delete will need; never credentials, clock,
 * package version, or a digest that only another compressor changed.
 * @module
 */
import { ARGUMENT_LIST } from "../arguments/table.ts";
import { isUnknown } from "../arguments/unknown.ts";
import { Recorded } from "./recorded.ts";
import type { Wire } from "./wire.ts";

export interface DiffResult {
  readonly changes: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

/**
 * @param olds outputs in state.
 * @param news what check answered; may hold unknowns.
 * @param directory Relative paths are relative to it.
 */
export function diff(olds: Wire, news: Wire, directory: string = process.cwd()): DiffResult {
  // `LixImage.get` is never checked: a refresh of it comes here too, and changes nothing.
  if ((news["planKey"] ?? null) === null) return NO_CHANGE;
  const before = Recorded.parse(olds);
  const after = Recorded.parse(news);
  // An unknown repository may turn out to be the same, so it does not replace yet.
  const targetUnknown = TARGET.some((name) => isUnknown(news[name]));
  const replaced = !targetUnknown && Recorded.target(before) !== Recorded.target(after);
  const changed =
    before.drift.length > 0 ||
    differs(before.planKey, after.planKey) ||
    differs([...before.taggedRefs].sort(), sortedTags(news, after)) ||
    COMPARED.some(([name, value]) => {
      if (isUnknown(news[name])) return true;
      return differs(value(olds[name], directory), value(news[name], directory));
    }) ||
    // "http://" is in no reference, and read and delete go by what is recorded.
    (!targetUnknown && differs(protocol(before), protocol(after)));
  return {
    changes: changed || replaced || targetUnknown,
    replaces: replaced ? TARGET.filter((name) => olds[name] !== news[name]) : [],
    // The new image may have the old one's digest: nothing is deleted before it is there.
    deleteBeforeReplace: false,
  };
}

/** What decides the repository. */
const TARGET = ARGUMENT_LIST.flatMap(([name, entry]) => (entry.diff === "repository" ? name : []));

/** Arguments that are compared by themselves, each with its normal form. */
const COMPARED = ARGUMENT_LIST.flatMap(([name, entry]) =>
  typeof entry.diff === "function" ? [[name, entry.diff] as const] : [],
);

const NO_CHANGE: DiffResult = { changes: false, replaces: [], deleteBeforeReplace: false };

const protocol = (recorded: Recorded): unknown => Recorded.repository(recorded)?.plainHttp;

const sortedTags = (news: Wire, after: Recorded): unknown =>
  isUnknown(news["taggedRefs"]) ? news["taggedRefs"] : [...after.taggedRefs].sort();

const differs = (before: unknown, after: unknown): boolean =>
  isUnknown(after) || JSON.stringify(before ?? null) !== JSON.stringify(after ?? null);
