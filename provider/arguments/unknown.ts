/**
 * Unknown values at preview. They reach check as this string, at any depth and whatever the type, and
 * check answers with it; outside a preview it is fatal to the engine.
 * @see @pulumi/pulumi runtime/rpc.ts, unknownValue
 * @module
 */
import { LixImageError } from "../base/errors.ts";
import { hasPlanKey } from "../plan/tags.ts";
import type { PreviewOutput } from "./argument.ts";
import { JsonPath } from "./json-path.ts";
import type { LixImageSpec } from "./schema.ts";
import { ARGUMENT_LIST, type ArgumentName } from "./table.ts";

export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

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

type Given = Readonly<Record<string, unknown>>;

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

/** The arguments that an output follows from: it is unknown while one of them is. docs/pulumi-users.md lists them. */
const decisive = (output: PreviewOutput): readonly ArgumentName[] =>
  ARGUMENT_LIST.filter(([, { outputs }]) => outputs.includes(output)).map(([name]) => name);

/** @param unknown arguments that are, or contain, an unknown. @param args with placeholders for them. */
export function followsFromUnknown(
  output: PreviewOutput,
  args: LixImageSpec,
  unknown: { readonly has: (argument: string) => boolean },
): boolean {
  return decisiveFor(output, args).some((argument) => unknown.has(argument));
}

/** The unknown places in `given` that keep this output from being known. */
export function unknownBehind(output: PreviewOutput, given: Given): JsonPath[] {
  const among = (names: readonly ArgumentName[]): JsonPath[] =>
    names.flatMap((name) => unknownPlaces(given[name]).map((place) => [name, ...place]));
  const places = among(decisive(output));
  // Else what fills the tags; the planKey follows from all of it.
  return output === "taggedRefs" && places.length === 0 ? among(decisive("planKey")) : places;
}

function decisiveFor(output: PreviewOutput, args: LixImageSpec): readonly ArgumentName[] {
  const all = decisive(output);
  // Without mirrors there is nothing to follow from the contents.
  if (output === "mirrorRefs" && args.mirrors.length === 0) return ["mirrors"];
  if (output !== "taggedRefs") return all;
  return [...all, ...[args.tag, ...args.extraTags].flatMap(decisiveForTag)];
}

function decisiveForTag(template: string): readonly ArgumentName[] {
  if (hasPlanKey(template)) return decisive("planKey");
  return template.includes("{") ? decisive("version") : [];
}

/** The engine resolves everything before it calls create, so this is a slip somewhere else. */
export class ValueUnknown extends LixImageError {
  readonly code = "VALUE_UNKNOWN";
  constructor(place: JsonPath) {
    super(`${JsonPath.format(place)}: expected a value; got one that is not known yet`, {
      hint: "only a preview can go on without it; is it an output of a resource that this operation leaves out?",
    });
  }
}
