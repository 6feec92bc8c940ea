/**
 * Describes what an update changes in a few lines: packages, layers, bytes, destinations.
 * @module
 */
import { formatBytes } from "../base/format-bytes.ts";
import type { ImagePlan } from "../app/plan-image.ts";
import type { LockedPath } from "../lock/lock.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import { layerName } from "../plan/layer-name.ts";
import { JsonPath } from "../arguments/json-path.ts";
import type { KnownLayer } from "../image/layer-cache.ts";
import type { LayerKey } from "../plan/recipe.ts";
import { ResourceState } from "./state.ts";
import type { RememberedPlan, ResourceSession } from "./resource-session.ts";
import type { Recorded } from "./recorded.ts";
import type { PreviewOutput } from "../arguments/argument.ts";
import { isUnknown, Known, unknownBehind } from "../arguments/unknown.ts";
import { CheckedInputs } from "./checked-inputs.ts";

const PACKAGES_SHOWN = 8;
const LINE_LENGTH = 300;

/** @param before what state has. @param news what check answered. */
export function summarize(
  session: ResourceSession,
  before: Recorded,
  news: CheckedInputs,
): string[] {
  return [
    ...before.drift.map((line) => `drift: ${line}`),
    // Nobody knows the packages of an image that was imported.
    ...(before.state === undefined ? [] : packageLines(before.packages ?? {}, news)),
    ...layerLines(session, before, news),
    ...referenceLines(before, news),
  ];
}

/** For an image that is not in the state yet. @param news what check answers. */
export function summarizeNew(session: ResourceSession, news: CheckedInputs): string[] {
  return layerLines(session, NO_IMAGE, news);
}

function packageLines(olds: Readonly<Record<string, string>>, news: CheckedInputs): string[] {
  const { packages } = news.outputs;
  if (!packages.isKnown) return [notKnown("packages", news, "packages")];
  const before = new Map(Object.entries(olds));
  const after = new Map(Object.entries(packages.value ?? {}));
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

const NO_IMAGE = { state: undefined, layers: new Set<string>() } as const;

function layerLines(
  session: ResourceSession,
  olds: Pick<Recorded, "state" | "layers">,
  news: CheckedInputs,
): string[] {
  if (!news.outputs.digest.isKnown) return [notKnown("layers", news, "digest")];
  const before = ResourceState.parse(olds.state, session).layers;
  const after = ResourceState.parse(Known.value(news.state), session).layers;
  // Layers are compared by recipe, so the bytes of another compressor are not a change.
  // Those of an image that was imported are known by their digests.
  const isThere = (key: LayerKey, { digest }: KnownLayer): boolean =>
    olds.state === undefined ? olds.layers.has(digest) : before.has(key);
  const added = [...after].filter(([key, layer]) => !isThere(key, layer));
  if (added.length === 0) return [];
  const keys = new Set(added.map(([key]) => key));
  const plan = session.plans.get(Known.value(news.outputs.planKey) ?? "");
  const repositories = CheckedInputs.target(news).mirrors.length + 1;
  const each = repositories === 1 ? "" : ` to each of ${repositories} repositories`;
  const reused = after.size - added.length;
  const names = namesOf(keys, plan);
  const fetched = bytesToFetch(plan);
  const bytes = [
    // A preview asks no registry what it has.
    `at most ${formatBytes(sizeOf(new Map(added)))} to push${each}`,
    ...(fetched === 0 ? [] : [`at most ${formatBytes(fetched)} to fetch`]),
  ];
  return [
    `layers: ${added.length} new (${bytes.join(", ")})${reused === 0 ? "" : `, ${reused} reused`}`,
    ...(names.length > 0 ? [`new layers: ${shorten(names.join(" | "))}`] : []),
  ];
}

const sizeOf = (layers: ResourceState["layers"]): number =>
  [...layers.values()].reduce((sum, { size }) => sum + size, 0);

/** The packages in layers that are new and not in the local cache, each counted once. */
function bytesToFetch(plan: RememberedPlan | undefined): number {
  const sizes = new Map<StorePath, number>();
  for (const { layers, paths, generated } of plan?.platforms ?? [])
    for (const path of layers.flatMap(({ key, contents }) =>
      plan?.uncached.has(key) === true ? contents.storePaths : [],
    )) {
      const info: LockedPath | undefined = generated.has(path) ? undefined : paths.get(path);
      sizes.set(path, info?.downloadSize ?? info?.narSize ?? 0);
    }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** The names of the layers with these keys, each once; platforms may share layers. */
function namesOf(keys: ReadonlySet<LayerKey>, plan: ImagePlan | undefined): string[] {
  const layers = plan?.platforms.flatMap((platform) => platform.layers) ?? [];
  const names = layers
    .filter(({ key }) => keys.has(key))
    .map(({ contents }) => layerName(contents));
  return [...new Set(names)];
}

/** Names the unknown arguments behind it. If there are none, a preview may not make the download that it needs. */
function notKnown(what: string, news: CheckedInputs, output: PreviewOutput): string {
  const places = unknownBehind(output, news.args).map(JsonPath.format);
  const cause = places.length === 0 ? "previewDigests" : places.join(", ");
  return `${what}: not known before \`up\`, because of ${cause}`;
}

const shorten = (text: string): string =>
  text.length > LINE_LENGTH ? `${text.slice(0, LINE_LENGTH)} …` : text;

function referenceLines(before: Recorded, news: CheckedInputs): string[] {
  const { taggedRefs } = news.outputs;
  const { mirrors } = CheckedInputs.target(news);
  return [
    ...(taggedRefs.isKnown
      ? listLines("tags", before.taggedRefs, taggedRefs.value ?? [])
      : [notKnown("tags", news, "taggedRefs")]),
    ...(isUnknown(news.args.mirrors)
      ? ["mirrors: not known yet"]
      : listLines("mirrors", before.target.mirrors, mirrors, wholeImage(news))),
  ];
}

/** The size of a push to a repository that has no part of the image. */
function wholeImage(news: CheckedInputs): string {
  const { layers } = ResourceState.parse(Known.value(news.state));
  if (layers.size === 0) return "";
  return ` (at most ${formatBytes(sizeOf(layers))} to push)`;
}

function listLines(
  what: string,
  before: readonly string[],
  after: readonly string[],
  gets = "",
): string[] {
  const added = after.filter((each) => !before.includes(each));
  const left = before.filter((each) => !after.includes(each));
  return [
    ...(added.length > 0 ? [`${what}: + ${added.join(", ")}${gets}`] : []),
    ...(left.length > 0 ? [`${what}: no longer managed: ${left.join(", ")}`] : []),
  ];
}
