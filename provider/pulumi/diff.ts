/**
 * diff: what the image is, where it goes and what a later delete will need; never credentials, clock,
 * package version, or a digest that only another compressor changed.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { ARGUMENT_LIST } from "../arguments/table.ts";
import { isUnknown, Known, type Unknown } from "../arguments/unknown.ts";
import { CheckedInputs } from "../resource/checked-inputs.ts";
import { Recorded } from "../resource/recorded.ts";
import { Target } from "../resource/target.ts";
import type { PropertyMap } from "../resource/property-map.ts";

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
export function diff(
  olds: PropertyMap,
  news: PropertyMap,
  directory: string = process.cwd(),
): DiffResult {
  return compare(Recorded.parse(olds), CheckedInputs.parse(news), directory);
}

function compare(before: Recorded, after: CheckedInputs, directory: string): DiffResult {
  const { planKey, taggedRefs } = after.outputs;
  // `LixImage.get` is never checked: a refresh of it comes here too, and changes nothing.
  if (planKey.isKnown && planKey.value === undefined) return NO_CHANGE;
  const target = CheckedInputs.target(after);
  // An unknown repository may turn out to be the same, so it does not replace yet.
  const targetUnknown = TARGET.some((name) => isUnknown(after.args[name]));
  const replaced = !targetUnknown && Target.id(before.target) !== Target.id(target);
  const changed =
    before.drift.length > 0 ||
    differs(Known.of(before.planKey), planKey) ||
    differs(Known.of([...before.taggedRefs].sort()), sorted(taggedRefs)) ||
    COMPARED.some(([name, value]) => {
      if (isUnknown(after.args[name])) return true;
      const [old, now] = [before, after].map(({ args }) => value(args[name], directory));
      return !isDeepStrictEqual(old, now);
    }) ||
    // "http://" is in no reference, and read and delete go by what is recorded.
    (!targetUnknown && protocol(before.target) !== protocol(target));
  return {
    changes: changed || replaced || targetUnknown,
    replaces: replaced ? TARGET.filter((name) => before.args[name] !== after.args[name]) : [],
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

const protocol = (target: Target): boolean | undefined => Target.repository(target)?.plainHttp;

const sorted = (
  refs: Known<readonly string[] | undefined> | Unknown,
): Known<readonly string[]> | Unknown =>
  refs.isKnown ? Known.of([...(refs.value ?? [])].sort()) : refs;

const differs = (before: Known<unknown>, after: Known<unknown> | Unknown): boolean =>
  !after.isKnown || !isDeepStrictEqual(before.value, after.value);
