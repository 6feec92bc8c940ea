/**
 * Unknown values at preview. They reach check as this string, at any depth and whatever the type, and
 * check answers with it; outside a preview it is fatal to the engine.
 * @see @pulumi/pulumi runtime/rpc.ts, unknownValue
 * @module
 */
import { hasPlanKey } from "../plan/tags.ts";
import type { PreviewOutput } from "./argument.ts";
import type { JsonPath } from "./json-path.ts";
import type { LixImageSpec } from "./schema.ts";
import { partAt } from "./parts.ts";
import { UNKNOWN } from "./unknown-value.ts";
import { ARGUMENT_LIST, type GivenArguments } from "./table.ts";

export { UNKNOWN };

export interface Known<T> {
  readonly isKnown: true;
  readonly value: T;
}
export interface Unknown {
  readonly isKnown: false;
}

export const Known = {
  of: <T>(value: T): Known<T> => ({ isKnown: true, value }),

  /** What the engine handed us, read if it is known. */
  read: <T>(value: unknown, read: (known: unknown) => T): Known<T> | Unknown =>
    isUnknown(value) ? NOT_KNOWN : Known.of(read(value)),

  /** For the engine. */
  format: (maybe: Known<unknown> | Unknown): unknown => (maybe.isKnown ? maybe.value : UNKNOWN),

  /** Undefined while it is unknown. */
  value: <T>(maybe: Known<T> | Unknown): T | undefined => (maybe.isKnown ? maybe.value : undefined),
};

export const NOT_KNOWN: Unknown = { isKnown: false };

export const isUnknown = (value: unknown): boolean => unknownPlaces(value).length > 0;

/** Where in a value the unknowns are; an empty place is the value itself. */
export function unknownPlaces(value: unknown): JsonPath[] {
  if (value === UNKNOWN) return [[]];
  if (typeof value !== "object" || value === null) return [];
  const items: (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return items.flatMap(([key, item]) => unknownPlaces(item).map((place) => [key, ...place]));
}

/** The outputs that check computes. */
export const PREVIEW_OUTPUTS: readonly PreviewOutput[] = [
  ...([
    "ref",
    "digest",
    "taggedRefs",
    "mirrorRefs",
    "revision",
    "version",
    "labels",
    "packages",
  ] as const),
  ...(["platforms", "size", "planKey"] as const),
];

/** Whether an output follows from what stands at this place in the arguments. docs/pulumi-users.md lists them. */
function follows(output: PreviewOutput, place: JsonPath): boolean {
  for (let length = place.length; length > 0; length -= 1) {
    const outputs = partAt(place.slice(0, length))?.outputs;
    if (outputs !== undefined) return outputs.includes(output);
  }
  return false;
}

/** @param unknown arguments that are, or contain, an unknown. @param args with placeholders for them. */
export function followsFromUnknown(
  output: PreviewOutput,
  args: LixImageSpec,
  unknown: ReadonlyMap<string, unknown>,
): boolean {
  // Without mirrors there is nothing to follow from the contents.
  if (output === "mirrorRefs" && args.mirrors.length === 0) return unknown.has("mirrors");
  const places = placesIn([...unknown]);
  return outputsBehind(output, args).some((each) => places.some((place) => follows(each, place)));
}

const placesIn = (values: readonly (readonly [string, unknown])[]): JsonPath[] =>
  values.flatMap(([name, value]) => unknownPlaces(value).map((place) => [name, ...place]));

/** The unknown places in `given` that keep this output from being known. */
export function unknownBehind(output: PreviewOutput, given: GivenArguments): JsonPath[] {
  const all = placesIn(ARGUMENT_LIST.map(([name]) => [name, given[name]]));
  const behind = (each: PreviewOutput): JsonPath[] => all.filter((place) => follows(each, place));
  const places = behind(output);
  // Else what fills the tags; the planKey follows from all of it.
  return output === "taggedRefs" && places.length === 0 ? behind("planKey") : places;
}

/** Itself, and what fills the placeholders of tags. */
function outputsBehind(output: PreviewOutput, args: LixImageSpec): PreviewOutput[] {
  if (output !== "taggedRefs") return [output];
  return [output, ...[args.tag, ...args.extraTags].flatMap(outputsInTag)];
}

function outputsInTag(template: string): PreviewOutput[] {
  if (hasPlanKey(template)) return ["planKey"];
  return template.includes("{") ? ["version"] : [];
}
