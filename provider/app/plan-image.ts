/**
 * From arguments to the plan of every platform. Downloads only what the profile cannot be planned
 * without.
 * @module
 */
import { log } from "../base/log.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import type { PlatformInput } from "../plan/platform-input.ts";
import { planPlatform, type PlatformPlan } from "../plan/platform-plan.ts";
import { indexPlanKey, type LayerKey, type PlanKey } from "../plan/recipe.ts";
import { targetName, type Spec } from "../arguments/spec.ts";
import { ensureListings, type ListingOptions } from "../image/ensure-listings.ts";
import { requireAllowed } from "./policy.ts";
import { compatWarnings, resolveImage, type Resolved } from "./resolve.ts";
import type { Session } from "./session.ts";
import { withPlatformContext } from "./platform-error.ts";

export interface ImagePlan extends Resolved {
  readonly planKey: PlanKey;
  /** In the order of `inputs`. */
  readonly platforms: readonly PlatformPlan[];
}

export interface PlanOptions {
  /** False: answer undefined instead of downloading a NAR. */
  readonly mayFetch: boolean;
  /** The layers in the image's own state that an earlier version made. */
  readonly earlierLayers?: ReadonlySet<LayerKey> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** For the command line. Undefined only where `mayFetch` is false and a listing is unknown. */
export async function planImage(
  session: Session,
  spec: Spec,
  options: PlanOptions,
): Promise<ImagePlan | undefined> {
  const resolved = await resolveImage(session, spec);
  for (const warning of compatWarnings(resolved.inputs)) log.warn(warning);
  const imagePlan = await planResolved(session, resolved, options);
  for (const warning of missingPrograms(imagePlan)) log.warn(warning);
  return imagePlan;
}

/** Warnings, each once although several platforms may have it. */
export const missingPrograms = (imagePlan: ImagePlan | undefined): readonly string[] => [
  ...new Set(imagePlan?.platforms.flatMap((each) => each.missingPrograms)),
];

/** Undefined in the same case as {@link planImage}. */
export async function planResolved(
  session: Session,
  resolved: Resolved,
  options: PlanOptions,
): Promise<ImagePlan | undefined> {
  const { knownLayers } = session;
  const under = (rules: Partial<PlatformInput>): Promise<ImagePlan | undefined> => {
    const inputs = resolved.inputs.map((input) => ({ ...input, ...rules }));
    return planAll(session, { ...resolved, inputs }, options);
  };
  const planned = await under({ earlierLayers: options.earlierLayers });
  if (planned === undefined || knownLayers.hasPlan(planned.planKey)) return planned;
  // An image that was pushed under earlier rules, and that nothing else changes, stays as it is. The second check
  // of a replacement gets no state, so the layers of all states count here.
  const { earlierLayers } = knownLayers;
  const earlierRules: Partial<PlatformInput>[] = [];
  if (earlierLayers.size > (options.earlierLayers?.size ?? 0)) earlierRules.push({ earlierLayers });
  if (knownLayers.hasPlans && resolved.inputs.some(mayMerge))
    earlierRules.push({ earlierLayers, layering: "shared tail" });
  for (const rules of earlierRules) {
    const earlier = await under(rules);
    if (earlier !== undefined && knownLayers.hasPlan(earlier.planKey)) return earlier;
  }
  return planned;
}

/** Whether there may be more store paths than layers; the lock may hold some that the image has not. */
const mayMerge = ({ system, maxLayers, layering }: PlatformInput): boolean =>
  layering === "docker.nix" && system.paths.size + MOST_LAYERS_OF_OURS > maxLayers;

// manifest.nix, user-environment, flake registry, base system, database.
const MOST_LAYERS_OF_OURS = 5;

async function planAll(
  session: Session,
  resolved: Resolved,
  options: PlanOptions,
): Promise<ImagePlan | undefined> {
  const { lock, inputs, spec } = resolved;
  const image = targetName(spec);
  const platforms: PlatformPlan[] = [];
  for (const input of inputs) {
    const system = inputs.length > 1 ? input.system.system : undefined;
    const plan = await withPlatformContext(system, () =>
      planWithListings(session, input, { ...options, lock, image }),
    );
    if (plan === undefined) return undefined;
    // Files can bring further store paths into the image.
    requireAllowed(spec, { lock, input, paths: plan.paths.keys() });
    platforms.push(plan);
  }
  const planKey = indexPlanKey(platforms.map((each) => each.planKey));
  return { ...resolved, planKey, platforms };
}

async function planWithListings(
  session: Session,
  input: PlatformInput,
  options: ListingOptions,
): Promise<PlatformPlan | undefined> {
  const listingOf = (path: StorePath) => {
    const info = input.system.paths.get(path);
    return info && session.knownLayers.listing(info.narHash);
  };
  for (;;) {
    const result = planPlatform(input, listingOf);
    if (result.kind === "planned") return result.plan;
    if (!(await ensureListings(session, input, result.paths, options))) return undefined;
  }
}
