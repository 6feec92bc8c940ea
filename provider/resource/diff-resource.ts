/**
 * Diff compares what the image is, where it goes and what a later delete will need. It never compares
 * credentials, the clock, the package version, or a digest that only another compressor changed.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { ARGUMENT_LIST } from "../arguments/table.ts";
import { isUnknown, Known, type Unknown } from "../arguments/unknown.ts";
import { CheckedInputs } from "./checked-inputs.ts";
import { NO_CHANGE, type DiffResult } from "./diff-result.ts";
import { Recorded } from "./recorded.ts";
import { Target } from "./target.ts";
import { remediated, type ToRemedy } from "./remediated.ts";
import type { ResourceSession } from "./resource-session.ts";
import { sayOnce } from "./say-once.ts";
import { summarize } from "./summary.ts";

export interface ToDiff extends ToRemedy {
  /** The resource's id, for the lines that say what changes. */
  readonly id: string;
}

/** Says what changes, if anything does. */
export async function diffResource(
  session: ResourceSession,
  before: Recorded,
  { id, ...toRemedy }: ToDiff,
): Promise<DiffResult> {
  const { inputs, remediation } = await remediated(session, before, toRemedy);
  const result = compare(before, inputs, toRemedy.directory);
  if (result.changes) sayOnce(session, id, [...remediation, ...summarize(session, before, inputs)]);
  return result;
}

/** @param after may hold unknowns. @param directory Relative paths are relative to it. */
export function compare(before: Recorded, after: CheckedInputs, directory: string): DiffResult {
  const { planKey, digest, taggedRefs } = after.outputs;
  // `LixImage.get` is never checked: a refresh of it comes here too, and changes nothing.
  if (planKey.isKnown && planKey.value === undefined) return NO_CHANGE;
  const target = CheckedInputs.target(after);
  // An unknown repository may turn out to be the same, so it does not replace yet.
  const targetUnknown = TARGET.some((name) => isUnknown(after.args[name]));
  const replaced = !targetUnknown && Target.id(before.target) !== Target.id(target);
  const changed =
    before.drift.length > 0 ||
    // Of an image that was imported, nobody knows the planKey.
    (before.planKey === undefined
      ? differs(Known.of(Recorded.digest(before)), digest)
      : differs(Known.of(before.planKey), planKey)) ||
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

const protocol = (target: Target): boolean | undefined => Target.repository(target)?.plainHttp;

const sorted = (
  refs: Known<readonly string[] | undefined> | Unknown,
): Known<readonly string[]> | Unknown =>
  refs.isKnown ? Known.of([...(refs.value ?? [])].sort()) : refs;

const differs = (before: Known<unknown>, after: Known<unknown> | Unknown): boolean =>
  !after.isKnown || !isDeepStrictEqual(before.value, after.value);
