/**
 * Check finds every mistake at once, and computes all that a preview shows. Its answer becomes the resource's
 * inputs, and at a preview its outputs, so the digest is known before anything is pushed.
 * @module
 */
import { identitiesOf, type BuiltPlatform } from "../app/build-image.ts";
import { earlierLayers } from "../image/known-layers.ts";
import { requireWithinLimits } from "../app/size-limits.ts";
import type { Listing } from "../formats/nix/listing.ts";
import type { NarHash } from "../formats/nix/nix-hash.ts";
import { comparePlatforms, Platform } from "../formats/oci/platform.ts";
import { draftSpec, targetName, type Spec, type SpecDraft } from "../arguments/spec.ts";
import { recordedSizes } from "./recorded-sizes.ts";
import { ResourceState, type LayerNames } from "./state.ts";
import { shortLayerName } from "../plan/layer-name.ts";
import { ArgumentFingerprint } from "./argument-fingerprint.ts";
import { answeredArguments, type CheckedArguments } from "../arguments/parse-arguments.ts";
import { claimImage } from "./claims.ts";
import { previewImage, type PreviewedImage } from "../app/preview-image.ts";
import { rememberPlan } from "./plans.ts";
import { sayOnce, warnOnce } from "./say-once.ts";
import { summarizeNew } from "./summary.ts";
import { followsFromUnknown, Known, NOT_KNOWN } from "../arguments/unknown.ts";
import type { PreviewOutput } from "../arguments/argument.ts";
import { JsonPath } from "../arguments/json-path.ts";
import { signedBy } from "../arguments/entries/signing.ts";
import type { GivenArguments } from "../arguments/table.ts";
import { checkSigner } from "./check-signer.ts";
import { lixError } from "../errors/lix-error.ts";
import type { CheckedInputs } from "./checked-inputs.ts";
import { PreviewOutputs } from "./preview-outputs.ts";
import type { Recorded } from "./recorded.ts";
import type { ResourceSession } from "./resource-session.ts";

export interface ToCheck {
  readonly checked: CheckedArguments;
  /** Relative paths are relative to it. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
}

/** What state has of the image before. */
export interface ImageBefore extends Pick<Recorded, "state" | "planKey" | "platforms"> {
  readonly args: GivenArguments;
}

export interface CheckedResource {
  /** Without a key of `Unchanged`, which covers them. */
  readonly inputs: CheckedInputs;
  /** The warnings that the user was shown. */
  readonly warnings: readonly string[];
  /** The digest of the lock's bytes, hex. Undefined if the lock is unknown. */
  readonly lockSha256: string | undefined;
}

/** Throws every mistake at once, and throws if another resource claims one of the references. */
export async function checkResource(
  session: ResourceSession,
  before: ImageBefore,
  toCheck: ToCheck,
): Promise<CheckedResource> {
  const checked = await checkUnclaimed(session, before, toCheck);
  const { digest, taggedRefs, mirrorRefs } = checked.inputs.outputs;
  claimImage(session, {
    digest: Known.value(digest),
    taggedRefs: Known.value(taggedRefs),
    mirrorRefs: Known.value(mirrorRefs),
  });
  return checked;
}

/** The same, without claiming anything. */
export async function checkUnclaimed(
  session: ResourceSession,
  before: ImageBefore,
  { checked, directory, signal }: ToCheck,
): Promise<CheckedResource> {
  const state = ResourceState.parse(before.state, session);
  session.knownLayers.seed(state);
  session.knownLayers.seedPlan(before.planKey);
  const { signer, ...draft } = await draftOf(session, before, { checked, directory });
  warnOnce(session, targetName(draft.spec), draft.warnings);
  const learned = await previewImage(session, checked, {
    ...draft,
    earlierLayers: earlierLayers(state.layers),
    signal,
  });
  const { imagePlan, platforms = [], warnings = [] } = learned;
  warnOnce(session, targetName(draft.spec), warnings);
  requireWithinLimits(draft.spec, platforms, recordedSizes(state, before));
  if (imagePlan !== undefined) await rememberPlan(session, { imagePlan, platforms }, state.layers);
  const args = { ...answeredArguments(checked), ...signer };
  const inputs: CheckedInputs = {
    args,
    ...shownOutputs(learned, checked, draft),
    state: stateText(session, learned, { text: before.state, state }, checked),
    fingerprint: ArgumentFingerprint.of(session, args),
    unchangedKey: Known.of(undefined),
  };
  // For an image that is there already, diff says what changes. One that was imported has arguments alone.
  const isNew = before.state === undefined && Object.keys(before.args).length === 0;
  if (checked.dryRun && isNew)
    sayOnce(session, targetName(draft.spec), summarizeNew(session, inputs));
  return {
    inputs,
    warnings: [...draft.warnings, ...warnings],
    lockSha256: imagePlan?.lockSha256,
  };
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

/** @returns also the argument `sign` as check answers it. */
async function draftOf(
  session: ResourceSession,
  before: ImageBefore,
  { checked: given, directory }: ToCheck,
): Promise<SpecDraft & { readonly signer: GivenArguments }> {
  const { args, dryRun, ...checked } = given;
  const { spec, mistakes, warnings } = draftSpec(args, {
    directory,
    incomplete: checked.incomplete,
    // Nobody can say that a destination is missing while one is unknown or wrong.
    destination: DESTINATIONS.some((name) => checked.incomplete.has(name))
      ? "optional"
      : "required",
  });
  // The engine resolves everything before it calls create, so this is a bug somewhere else.
  const unknown = dryRun
    ? []
    : checked.unknownPlaces.map((place) =>
        lixError("VALUE_UNKNOWN", { path: JsonPath.format(place) }),
      );
  const signer = await checkSigner(session, given, { spec, before: signedBy(before.args.sign) });
  return {
    spec,
    mistakes: [...checked.mistakes, ...unknown, ...mistakes, ...signer.mistakes],
    warnings: [...warnings, ...signer.warnings],
    signer: signer.sign === undefined ? {} : { sign: signer.sign },
  };
}

const DESTINATIONS = ["registry", "repository", "archives"];

/** The state before, and what it says. */
interface RecordedState {
  readonly text: string | undefined;
  readonly state: ResourceState;
}

/** All that a machine with only this state must know to plan this image, or one that differs little. */
function stateText(
  session: ResourceSession,
  { imagePlan, platforms }: PreviewedImage,
  before: RecordedState,
  { dryRun }: CheckedArguments,
): CheckedInputs["state"] {
  // An update plan refuses a value that is new, or that differs from the one at its preview.
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
