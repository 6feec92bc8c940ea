/**
 * check: every mistake at once, and all that a preview shows. What it answers become the resource's
 * inputs, and at a preview its outputs, so the digest is here before anything is pushed.
 * @module
 */
import { identitiesOf, type BuiltPlatform } from "../app/build-image.ts";
import { requireWithinLimits } from "../app/size-limits.ts";
import { render, SeveralErrors } from "../base/errors.ts";
import { asFailure } from "../base/failure.ts";
import type { Session } from "../app/session.ts";
import { earlierLayers } from "../image/known-layers.ts";
import type { Listing } from "../formats/nix/listing.ts";
import type { NarHash } from "../formats/nix/nix-hash.ts";
import { comparePlatforms, Platform } from "../formats/oci/platform.ts";
import { draftSpec, targetName, type Spec, type SpecDraft } from "../arguments/spec.ts";
import { recordedSizes } from "../resource/recorded-sizes.ts";
import { ResourceState, type LayerNames } from "../resource/state.ts";
import { shortLayerName } from "../plan/layer-name.ts";
import { ArgumentFingerprint } from "../resource/argument-fingerprint.ts";
import {
  parseArguments,
  answeredArguments,
  type CheckedArguments,
} from "../arguments/parse-arguments.ts";
import { claimImage } from "../resource/claims.ts";
import { givenOutputs } from "../resource/given-outputs.ts";
import { previewImage, type PreviewedImage } from "../app/preview-image.ts";
import { rememberPlan, uncachedLayers } from "../resource/plans.ts";
import { sayOnce, warnOnce } from "../resource/say-once.ts";
import { summarizeNew } from "../resource/summary.ts";
import { followsFromUnknown, Known, NOT_KNOWN } from "../arguments/unknown.ts";
import type { PreviewOutput } from "../arguments/argument.ts";
import { JsonPath } from "../arguments/json-path.ts";
import { lixError } from "../errors/lix-error.ts";
import { Unchanged } from "../resource/unchanged.ts";
import { CheckedInputs } from "../resource/checked-inputs.ts";
import { PreviewOutputs } from "../resource/preview-outputs.ts";
import type { PropertyMap } from "../resource/property-map.ts";

export interface CheckResult {
  readonly inputs: PropertyMap;
  readonly failures: { readonly property: string; readonly reason: string }[];
}

export async function check(
  session: Session,
  olds: PropertyMap,
  news: PropertyMap,
  directory: string = process.cwd(),
): Promise<CheckResult> {
  try {
    const key = await Unchanged.check(olds, news, directory);
    const checked = parseArguments(news, givenOutputs(olds, news));
    const draft = draftOf(checked, directory);
    const inputs = await checkedInputs(session, CheckedInputs.parse(olds), { checked, draft });
    const { digest, taggedRefs, mirrorRefs } = inputs.outputs;
    claimImage({
      digest: Known.value(digest),
      taggedRefs: Known.value(taggedRefs),
      mirrorRefs: Known.value(mirrorRefs),
    });
    const answer = CheckedInputs.format(inputs, news["__provider"]);
    // Warnings are repeated by each operation.
    if (draft.warnings.length === 0 && Unchanged.isSame(answer, olds))
      await session.cache.unchanged.add(key);
    return { inputs: answer, failures: [] };
  } catch (error) {
    return { inputs: {}, failures: failuresOf(error) };
  }
}

export interface ToCheck {
  readonly checked: CheckedArguments;
  readonly draft: SpecDraft;
}

/** Claims nothing. Throws every mistake at once. @param olds what state has. */
export async function checkedInputs(
  session: Session,
  olds: CheckedInputs,
  { checked, draft }: ToCheck,
): Promise<CheckedInputs> {
  const text = Known.value(olds.state);
  const state = ResourceState.parse(text);
  session.knownLayers.seed(state);
  session.knownLayers.seedPlan(Known.value(olds.outputs.planKey));
  warnOnce(targetName(draft.spec), draft.warnings);
  const learned = await previewImage(session, checked, {
    ...draft,
    earlierLayers: earlierLayers(state.layers),
  });
  const { imagePlan, platforms = [], warnings = [] } = learned;
  warnOnce(targetName(draft.spec), warnings);
  requireWithinLimits(draft.spec, platforms, recordedSizes(state, olds.outputs));
  if (imagePlan !== undefined)
    rememberPlan(imagePlan, await uncachedLayers(session, platforms, state.layers));
  const args = answeredArguments(checked);
  const inputs: CheckedInputs = {
    args,
    ...shownOutputs(learned, checked, draft),
    state: stateText(session, learned, { text, state }, checked),
    fingerprint: ArgumentFingerprint.of(args),
  };
  // What changes of an image that is there already, diff says.
  if (checked.dryRun && text === undefined) sayOnce(targetName(draft.spec), summarizeNew(inputs));
  return inputs;
}

/** All outputs that a preview shows. */
function shownOutputs(
  learned: PreviewedImage,
  { args, unknown }: CheckedArguments,
  { spec }: SpecDraft,
): Pick<CheckedInputs, "outputs" | "platformNames"> {
  // Without lixRevision there is none, and that is known.
  const outputs = { revision: undefined, ...learned.outputs };
  const isKnown = (name: PreviewOutput): boolean =>
    name in outputs && !followsFromUnknown(name, args, unknown);
  const namesOnly = !isKnown("platforms") && !unknown.has("systems");
  return {
    outputs: PreviewOutputs.of(learned.outputs, isKnown),
    // Which platforms there will be is known, and a preview shows them in their places.
    platformNames: namesOnly ? platformNames(spec) : [],
  };
}

const platformNames = ({ platforms }: Spec): string[] =>
  [...platforms.values()].sort(comparePlatforms).map(Platform.format);

/** @param directory Relative paths are relative to it. */
export function draftOf(
  { args, dryRun, ...checked }: CheckedArguments,
  directory: string,
): SpecDraft {
  const { spec, mistakes, warnings } = draftSpec(args, {
    directory,
    incomplete: checked.incomplete,
    // Nobody can say that a destination is missing while one is unknown or wrong.
    destination: DESTINATIONS.some((name) => checked.incomplete.has(name))
      ? "optional"
      : "required",
  });
  // The engine resolves everything before it calls create, so this is a slip somewhere else.
  const unknown = dryRun
    ? []
    : checked.unknownPlaces.map((place) =>
        lixError("VALUE_UNKNOWN", { path: JsonPath.format(place) }),
      );
  return { spec, mistakes: [...checked.mistakes, ...unknown, ...mistakes], warnings };
}

const DESTINATIONS = ["registry", "repository", "archives"];

/** The state before, and what it says. */
interface RecordedState {
  readonly text: string | undefined;
  readonly state: ResourceState;
}

/** All that a machine with nothing but this state must know to plan this image, or its neighbour. */
function stateText(
  session: Session,
  { imagePlan, platforms }: PreviewedImage,
  before: RecordedState,
  { dryRun }: CheckedArguments,
): CheckedInputs["state"] {
  // An update plan refuses a value that its preview did not have, or had otherwise.
  if (imagePlan === undefined || platforms === undefined)
    return dryRun ? NOT_KNOWN : Known.of(before.text);
  const listings = new Map<NarHash, Listing>();
  for (const { plan } of platforms)
    for (const info of plan.paths.values()) {
      const listing = session.knownLayers.listing(info.narHash);
      if (listing !== undefined && plan.linked.has(info.storePath))
        listings.set(info.narHash, listing);
    }
  const layers = identitiesOf(platforms);
  const names = layerNames(platforms);
  const state = { lockSha256: imagePlan.lockSha256, layers, listings, names };
  const isSame = ResourceState.covers(before.state, state);
  return Known.of(isSame ? before.text : ResourceState.format(state));
}

const layerNames = (platforms: readonly BuiltPlatform[]): LayerNames =>
  Object.fromEntries(
    platforms.map(({ plan, layers }) => [
      Platform.format(plan.platform),
      Object.fromEntries(
        layers.map(({ key, contents }) => [key, shortLayerName(contents.storePaths)]),
      ),
    ]),
  );

/** The engine shows a failure without a property most cleanly; paths are in the text. */
function failuresOf(error: unknown): CheckResult["failures"] {
  const errors = error instanceof SeveralErrors ? error.errors : [error];
  return errors.map((each) => ({ property: "", reason: render(asFailure(each)) }));
}
