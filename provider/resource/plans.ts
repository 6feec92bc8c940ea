/**
 * The plans that check made in this process. Diff gets only inputs, and looks up here what is in a layer.
 * @module
 */
import type { BuiltPlatform } from "../app/build-image.ts";
import type { ImagePlan } from "../app/plan-image.ts";
import type { Session } from "../app/session.ts";
import type { LayerKey } from "../plan/recipe.ts";

export interface RememberedPlan extends ImagePlan {
  /** Layers that are neither in the state nor, with their bytes, in the local cache. */
  readonly uncached: ReadonlySet<LayerKey>;
}

const plans = new Map<string, RememberedPlan>();

export function rememberPlan(imagePlan: ImagePlan, uncached: ReadonlySet<LayerKey>): void {
  plans.set(imagePlan.planKey, { ...imagePlan, uncached });
}

/** Undefined if `planKey` is unknown or comes from another process. */
export const planOf = (planKey: unknown): RememberedPlan | undefined =>
  typeof planKey === "string" ? plans.get(planKey) : undefined;

/** @param recorded layers that are known to the state and need no check. */
export async function uncachedLayers(
  session: Session,
  built: readonly BuiltPlatform[],
  recorded: ReadonlyMap<LayerKey, unknown>,
): Promise<Set<LayerKey>> {
  const fresh = built.flatMap(({ layers }) => layers).filter(({ key }) => !recorded.has(key));
  const there = await Promise.all(fresh.map(({ identity }) => session.cache.hasBlob(identity)));
  return new Set(fresh.filter((_, at) => there[at] !== true).map(({ key }) => key));
}
