/**
 * From a plan to an image: every layer's identity, known or built, then config, manifest and index.
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import type { KnownLayer } from "../image/layer-cache.ts";
import type { LayerIdentity } from "../formats/oci/layer.ts";
import type { PlatformPlan } from "../plan/platform-plan.ts";
import type { PlannedLayer } from "../plan/recipe-keys.ts";
import type { LayerKey } from "../plan/recipe.ts";
import { targetName, type Spec } from "../arguments/spec.ts";
import type { LayerJob } from "../image/layer-job.ts";
import { planImage, type ImagePlan, type PlanOptions } from "./plan-image.ts";
import { building } from "../image/progress.ts";
import { LAYERS_IN_FLIGHT } from "../image/build-session.ts";
import type { Session } from "./session.ts";
import { withPlatformContext } from "./platform-error.ts";

/** With every layer's identity known. */
export async function planWithDigests(
  session: Session,
  spec: Spec,
  options: Omit<PlanOptions, "mayFetch"> = {},
): Promise<ImagePlan> {
  const imagePlan = await planImage(session, spec, { ...options, mayFetch: true });
  if (imagePlan === undefined)
    throw new RangeError("a plan is missing although packages may be fetched");
  await resolveDigests(session, imagePlan, { mayFetch: true, signal: options.signal });
  return imagePlan;
}

/** A layer of the image, and all that is known of it. */
export interface BuiltLayer extends PlannedLayer {
  readonly identity: KnownLayer;
}

export interface BuiltPlatform {
  readonly plan: PlatformPlan;
  readonly layers: readonly BuiltLayer[];
}

/** The layers of all platforms, each once. */
export const identitiesOf = (
  platforms: readonly BuiltPlatform[],
): ReadonlyMap<LayerKey, KnownLayer> =>
  new Map(platforms.flatMap(({ layers }) => layers.map(({ key, identity }) => [key, identity])));

/**
 * The identity of every layer. Known ones cost nothing; the others are built into the local cache. Undefined if
 * `mayFetch` is false and an unknown layer holds more than we make ourselves.
 */
export async function resolveDigests(
  session: Session,
  imagePlan: ImagePlan,
  options: { readonly mayFetch: boolean; readonly signal?: AbortSignal | undefined },
): Promise<BuiltPlatform[] | undefined> {
  const unknown: LayerJob[] = [];
  for (const plan of imagePlan.platforms)
    for (const layer of plan.layers)
      if ((await session.knownLayers.layer(layer.key)) === undefined)
        unknown.push(layerJob(imagePlan, plan, layer, options.signal));
  if (!options.mayFetch && unknown.some(needsPackages)) return undefined;
  await buildMissing(session, imagePlan, unknown, options.signal);
  return requireDigests(session, imagePlan);
}

const needsPackages = ({ contents, generated }: LayerJob): boolean =>
  contents.storePaths.some((path) => !generated.has(path));

/**
 * Makes sure that the bytes of these layers are in the local cache. A layer that had to be rebuilt by another
 * compressor may have a different digest now, so the image must be assembled from the result.
 */
export async function buildMissingLayers(
  session: Session,
  imagePlan: ImagePlan,
  wanted: (identity: LayerIdentity) => boolean,
  signal?: AbortSignal,
): Promise<BuiltPlatform[]> {
  const built = await requireDigests(session, imagePlan);
  const jobs = built.flatMap(({ plan, layers }) =>
    layers
      .filter((layer) => wanted(layer.identity))
      .map((layer) => layerJob(imagePlan, plan, layer, signal)),
  );
  await buildMissing(session, imagePlan, jobs, signal);
  return requireDigests(session, imagePlan);
}

async function buildMissing(
  session: Session,
  imagePlan: ImagePlan,
  jobs: readonly LayerJob[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (jobs.length === 0) return;
  // Loaded when there is work: most checks find nothing changed.
  const { cachedBlob, buildMissingLayer } = await import("../image/build-layer.ts");
  const width = LAYERS_IN_FLIGHT;
  const cached = await mapConcurrent(jobs, { width, signal }, (job) => cachedBlob(session, job));
  const missing = jobs.filter((_, at) => cached[at] === undefined);
  const several = imagePlan.platforms.length > 1;
  const image = targetName(imagePlan.spec);
  await building({ session, image, jobs: missing, signal }, (job) =>
    withPlatformContext(several ? job.system : undefined, () => buildMissingLayer(session, job)),
  );
}

/** Throws unless every layer's digest is known. */
export async function requireDigests(
  session: Session,
  imagePlan: ImagePlan,
): Promise<BuiltPlatform[]> {
  return Promise.all(
    imagePlan.platforms.map(async (plan) => ({
      plan,
      layers: await Promise.all(
        plan.layers.map(async (layer) => {
          const identity = await session.knownLayers.layer(layer.key);
          if (identity === undefined) throw new RangeError(`layer ${layer.key} was not built`);
          return { ...layer, identity };
        }),
      ),
    })),
  );
}

function layerJob(
  imagePlan: ImagePlan,
  plan: PlatformPlan,
  layer: PlannedLayer,
  signal: AbortSignal | undefined,
): LayerJob {
  return {
    system: plan.system,
    key: layer.key,
    contents: layer.contents,
    compression: layer.compression,
    lock: imagePlan.lock,
    paths: plan.paths,
    generated: plan.generated,
    baseSystem: plan.baseSystem,
    files: plan.files,
    gcRoots: plan.gcRoots,
    storeOwner: plan.storeOwner,
    signal,
  };
}
