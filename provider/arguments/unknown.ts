/**
 * Unknown values at preview. They reach check as this string, at any depth and whatever the type, and
 * check answers with it; outside a preview it is fatal to the engine.
 * @see @pulumi/pulumi runtime/rpc.ts, unknownValue
 * @module
 */
import type { LixImageSpec } from "./schema.ts";
import type { LixImageInputs } from "../../sdk/args.ts";
import { LixImageError } from "../base/errors.ts";
import { JsonPath } from "./json-path.ts";
import { hasPlanKey } from "../plan/tags.ts";

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

type Argument = keyof LixImageInputs;
type Given = Readonly<Record<string, unknown>>;

/** What decides the contents of the image. */
const CONTENTS: readonly Argument[] = [
  "lock",
  "systems",
  "lixRevision",
  "bundleNixpkgs",
  "channelName",
  "channelUrl",
  "extraPkgs",
  "maxLayers",
  "nixConf",
  "flakeRegistry",
  "compression",
];
const TARGET: readonly Argument[] = ["registry", "repository", "name"];

/** Output to the arguments it follows from: unknown when one of them is. docs/pulumi-users.md has it. */
const FOLLOWS_FROM = {
  ref: [...CONTENTS, ...TARGET],
  digest: CONTENTS,
  // And from what their placeholders stand for.
  taggedRefs: [...TARGET, "tag", "extraTags"],
  mirrorRefs: [...CONTENTS, "mirrors"],
  revision: ["lixRevision"],
  version: ["lock", "systems"],
  labels: ["lock", "systems", "lixRevision"],
  packages: ["lock", "systems", "extraPkgs"],
  platforms: CONTENTS,
  size: CONTENTS,
  planKey: CONTENTS,
} as const satisfies Record<string, readonly Argument[]>;

export type PreviewOutput = keyof typeof FOLLOWS_FROM;

/** The outputs that check computes. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- Object.keys forgets them
export const PREVIEW_OUTPUTS = Object.keys(FOLLOWS_FROM) as readonly PreviewOutput[];

/** @param unknown arguments that are, or contain, an unknown. @param args with placeholders for them. */
export function followsFromUnknown(
  output: PreviewOutput,
  args: LixImageSpec,
  unknown: { readonly has: (argument: string) => boolean },
): boolean {
  return decisive(output, args).some((argument) => unknown.has(argument));
}

/** The unknown places in `given` that keep this output from being known. */
export function unknownBehind(output: PreviewOutput, given: Given): JsonPath[] {
  const among = (names: readonly Argument[]): JsonPath[] =>
    names.flatMap((name) => unknownPlaces(given[name]).map((place) => [name, ...place]));
  const places = among(FOLLOWS_FROM[output]);
  // Else what fills the tags; the planKey follows from all of it.
  return output === "taggedRefs" && places.length === 0 ? among(CONTENTS) : places;
}

function decisive(output: PreviewOutput, args: LixImageSpec): readonly Argument[] {
  const all = FOLLOWS_FROM[output];
  // Without mirrors there is nothing to follow from the contents.
  if (output === "mirrorRefs" && args.mirrors.length === 0) return ["mirrors"];
  if (output !== "taggedRefs") return all;
  return [...all, ...[args.tag, ...args.extraTags].flatMap(decisiveForTag)];
}

function decisiveForTag(template: string): readonly Argument[] {
  if (hasPlanKey(template)) return FOLLOWS_FROM.planKey;
  return template.includes("{") ? FOLLOWS_FROM.version : [];
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
