/**
 * What is known of an image whose arguments may be partly unknown. Each step goes as far as they allow, and the
 * next one adds to what is known.
 * @module
 */
import type { LixImageOutputs } from "../../sdk/outputs.ts";
import { throwAll } from "../base/errors.ts";
import { assemble, type AssembledPlatform } from "./assemble.ts";
import { resolveDigests } from "./build-image.ts";
import { describeImage, describePlan, describeResolved, describeSpec } from "./describe.ts";
import { missingPrograms, planResolved, type ImagePlan } from "./plan-image.ts";
import { compatWarnings, resolveImage } from "./resolve.ts";
import type { LayerKey } from "../plan/recipe.ts";
import type { Session } from "./session.ts";
import type { SpecDraft } from "../arguments/spec.ts";
import type { CheckedArguments } from "../arguments/parse-arguments.ts";
import { followsFromUnknown } from "../arguments/unknown.ts";

export interface PreviewedImage {
  /** As far as they are known. */
  readonly outputs: Partial<LixImageOutputs>;
  readonly imagePlan?: ImagePlan;
  /** One line for each package that the lock should have. */
  readonly warnings?: readonly string[];
  /** Once every digest is known. */
  readonly platforms?: readonly AssembledPlatform[];
}

export interface ImageDraft extends Pick<SpecDraft, "spec" | "mistakes"> {
  /** The layers that the image has from an earlier version of pulumi-lix. */
  readonly earlierLayers: ReadonlySet<LayerKey>;
  readonly signal?: AbortSignal | undefined;
}

/** Throws every mistake at once, the draft's among them. */
export async function previewImage(
  session: Session,
  { args, dryRun, incomplete, unknown }: CheckedArguments,
  { spec, mistakes, earlierLayers, signal }: ImageDraft,
): Promise<PreviewedImage> {
  if (incomplete.has("lock") || incomplete.has("systems")) {
    throwAll(mistakes);
    return { outputs: describeSpec(spec) };
  }
  const resolved = await resolveImage(session, spec, mistakes);
  const contentsUnknown = followsFromUnknown("planKey", args, unknown);
  const mayFetch = !contentsUnknown && (!dryRun || args.previewDigests);
  const outputs = describeResolved(resolved);
  // Also while contents are unknown, because it may find mistakes.
  const imagePlan = await planResolved(session, resolved, { mayFetch, earlierLayers, signal });
  const ofCompat = compatWarnings(resolved.inputs);
  if (imagePlan === undefined || contentsUnknown) return { outputs, warnings: ofCompat };
  const warnings = [...ofCompat, ...missingPrograms(imagePlan)];
  const built = await resolveDigests(session, imagePlan, { mayFetch, signal });
  if (built === undefined)
    return { outputs: { ...outputs, ...describePlan(imagePlan) }, imagePlan, warnings };
  const assembled = assemble(session, built);
  const { platforms } = assembled;
  return { outputs: describeImage(imagePlan, assembled), imagePlan, platforms, warnings };
}
