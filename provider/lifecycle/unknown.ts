/**
 * Unknown values at preview. They reach check as this string, at any depth and whatever the type, and
 * check answers with it; outside a preview it is fatal to the engine.
 * @see @pulumi/pulumi runtime/rpc.ts, unknownValue
 * @module
 */
import type { LixImageInputs } from "../../sdk/args.ts";

export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const isUnknown = (value: unknown): boolean => {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(isUnknown);
  return typeof value === "object" && value !== null && Object.values(value).some(isUnknown);
};

type Argument = keyof LixImageInputs;

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

/** Output to the arguments it follows from: unknown when one of them is. */
const FOLLOWS_FROM = {
  ref: [...CONTENTS, ...TARGET],
  digest: CONTENTS,
  // {version} and {planKey} may be in them.
  taggedRefs: [...CONTENTS, ...TARGET, "tag", "extraTags"],
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

export function followsFromUnknown(
  output: PreviewOutput,
  unknown: ReadonlySet<string>,
  tags: readonly string[],
): boolean {
  const plain = !tags.some((tag) => tag.includes("{"));
  const from: readonly Argument[] =
    output === "taggedRefs" && plain ? [...TARGET, "tag", "extraTags"] : FOLLOWS_FROM[output];
  return from.some((argument) => unknown.has(argument));
}

/** Stand-ins that let everything else be checked while an argument is unknown. */
export const PLACEHOLDERS: Readonly<Partial<Record<Argument, unknown>>> = {
  registry: "unknown.invalid",
  repository: "unknown.invalid/unknown",
  archives: [{ type: "oci-layout", path: "unknown" }],
  // The lock may well have no nixpkgs for it.
  bundleNixpkgs: false,
};
