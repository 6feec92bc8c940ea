/**
 * check: every mistake at once, and all that a preview shows. What it answers become the resource's
 * inputs, and at a preview its outputs, so the digest is here before anything is pushed.
 * @module
 */
import { render, SeveralErrors } from "../base/errors.ts";
import { asFailure } from "../base/failure.ts";
import type { Session } from "../image/session.ts";
import type { Listing } from "../formats/nix/listing.ts";
import type { NarHash } from "../formats/nix/nix-hash.ts";
import { comparePlatforms, Platform } from "../formats/oci/platform.ts";
import { draftSpec, targetName, type Spec, type SpecDraft } from "../arguments/spec.ts";
import { ResourceState } from "./state.ts";
import { ArgumentFingerprint } from "./argument-fingerprint.ts";
import {
  parseArguments,
  wireArguments,
  type CheckedArguments,
} from "../arguments/parse-arguments.ts";
import { claimImage } from "./claims.ts";
import { givenOutputs } from "./given-outputs.ts";
import { learnImage, type LearnedImage } from "./learn-image.ts";
import { rememberPlan, uncachedLayers } from "./plans.ts";
import { sayOnce, warnOnce } from "./say-once.ts";
import { summarizeNew } from "./summary.ts";
import {
  followsFromUnknown,
  PREVIEW_OUTPUTS,
  UNKNOWN,
  ValueUnknown,
} from "../arguments/unknown.ts";
import type { PreviewOutput } from "../arguments/argument.ts";
import { toWire, type Wire } from "./wire.ts";

export interface CheckResult {
  readonly inputs: Wire;
  readonly failures: { readonly property: string; readonly reason: string }[];
}

export async function check(session: Session, olds: Wire, news: Wire): Promise<CheckResult> {
  try {
    const checked = parseArguments(news, givenOutputs(olds, news));
    const inputs = await checkedInputs(session, olds, checked);
    claimImage(inputs);
    return { inputs: toWire({ ...inputs, __provider: news["__provider"] }), failures: [] };
  } catch (error) {
    return { inputs: {}, failures: failuresOf(error) };
  }
}

/** Claims nothing. Throws every mistake at once. */
export async function checkedInputs(
  session: Session,
  olds: Wire,
  checked: CheckedArguments,
): Promise<Wire> {
  const state = ResourceState.parse(olds["__state"]);
  session.knownLayers.seed(state);
  session.knownLayers.seedPlan(olds["planKey"]);
  const draft = draftOf(checked);
  warnOnce(targetName(draft.spec), draft.warnings);
  const learned = await learnImage(session, checked, draft);
  const shown = shownOutputs(learned, checked, draft);
  const { imagePlan, built = [] } = learned;
  if (imagePlan !== undefined)
    rememberPlan(imagePlan, await uncachedLayers(session, built, state.layers));
  const __state = stateText(session, learned, { text: olds["__state"], state }, checked);
  const answered = wireArguments(checked);
  const __checked = ArgumentFingerprint.of(answered);
  const inputs = { ...answered, ...shown, __state, __checked };
  // Of what is there already, diff tells.
  if (checked.dryRun && olds["__state"] === undefined)
    sayOnce(targetName(draft.spec), summarizeNew(inputs));
  return inputs;
}

/** All outputs that a preview shows; the unknown sentinel in place of what is not known. */
function shownOutputs(
  learned: LearnedImage,
  { args, unknown }: CheckedArguments,
  { spec }: SpecDraft,
): Wire {
  // Without lixRevision there is none, and that is known.
  const outputs = { revision: undefined, ...learned.outputs };
  const isKnown = (name: PreviewOutput): boolean =>
    name in outputs && !followsFromUnknown(name, args, unknown);
  const shown: Wire = Object.fromEntries(
    PREVIEW_OUTPUTS.map((name) => [name, isKnown(name) ? outputs[name] : UNKNOWN]),
  );
  if (!isKnown("platforms") && !unknown.has("systems")) shown["platforms"] = unknownPlatforms(spec);
  return shown;
}

/** Which there will be is known; a preview shows them in their places. */
const unknownPlatforms = ({ platforms }: Spec): Wire =>
  Object.fromEntries(
    [...platforms.values()]
      .sort(comparePlatforms)
      .map((platform) => [
        Platform.format(platform),
        { digest: UNKNOWN, configDigest: UNKNOWN, size: UNKNOWN },
      ]),
  );

function draftOf({ args, dryRun, ...checked }: CheckedArguments): SpecDraft {
  const { spec, mistakes, warnings } = draftSpec(args, {
    directory: process.cwd(),
    // Of one that is unknown or wrong nobody can say that it is missing.
    destination: DESTINATIONS.some((name) => checked.incomplete.has(name))
      ? "optional"
      : "required",
  });
  const unknown = dryRun ? [] : checked.unknownPlaces.map((place) => new ValueUnknown(place));
  return { spec, mistakes: [...checked.mistakes, ...unknown, ...mistakes], warnings };
}

const DESTINATIONS = ["registry", "repository", "archives"];

/** `olds.__state`, and what it says. */
interface RecordedState {
  readonly text: unknown;
  readonly state: ResourceState;
}

/** All that a machine with nothing but this state must know to plan this image, or its neighbour. */
function stateText(
  session: Session,
  { imagePlan, built }: LearnedImage,
  before: RecordedState,
  { dryRun }: CheckedArguments,
): unknown {
  // An update plan forbids that a value comes to be where its preview had none, or another.
  if (imagePlan === undefined || built === undefined) return dryRun ? UNKNOWN : before.text;
  const listings = new Map<NarHash, Listing>();
  for (const { plan } of built)
    for (const info of plan.paths.values()) {
      const listing = session.knownLayers.listing(info.narHash);
      if (listing !== undefined && plan.linked.has(info.storePath))
        listings.set(info.narHash, listing);
    }
  const layers = new Map(
    built.flatMap((each) => each.layers.map((layer) => [layer.key, layer.identity] as const)),
  );
  const state = { lockSha256: imagePlan.lockSha256, layers, listings };
  return ResourceState.covers(before.state, state) ? before.text : ResourceState.format(state);
}

/** The engine shows a failure without a property most cleanly; paths are in the text. */
function failuresOf(error: unknown): CheckResult["failures"] {
  const errors = error instanceof SeveralErrors ? error.errors : [error];
  return errors.map((each) => ({ property: "", reason: render(asFailure(each)) }));
}
