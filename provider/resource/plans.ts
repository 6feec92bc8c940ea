import type { BuiltPlatform } from "../app/build-image.ts";
import type { ImagePlan } from "../app/plan-image.ts";
import type { LayerKey } from "../plan/recipe.ts";
import type { ResourceSession } from "./resource-session.ts";

/** @param recorded layers that are known to the state and need no check. */
export async function rememberPlan(
  session: ResourceSession,
  { imagePlan, platforms }: { imagePlan: ImagePlan; platforms: readonly BuiltPlatform[] },
  recorded: ReadonlyMap<LayerKey, unknown>,
): Promise<void> {
  const uncached = await uncachedLayers(session, platforms, recorded);
  session.plans.set(imagePlan.planKey, { ...imagePlan, uncached });
}

async function uncachedLayers(
  { cache }: ResourceSession,
  built: readonly BuiltPlatform[],
  recorded: ReadonlyMap<LayerKey, unknown>,
): Promise<Set<LayerKey>> {
  const fresh = built.flatMap(({ layers }) => layers).filter(({ key }) => !recorded.has(key));
  const there = await Promise.all(fresh.map(({ identity }) => cache.hasBlob(identity)));
  return new Set(fresh.filter((_, at) => there[at] !== true).map(({ key }) => key));
}
