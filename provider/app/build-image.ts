/**
 * From a plan to an image: every layer's identity, known or built, then config, manifest and index.
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import type { KnownLayer } from "../image/layer-cache.ts";
import type { LayerIdentity } from "../formats/oci/layer.ts";
import type { PlannedLayer, PlatformPlan } from "../plan/platform-plan.ts";
import { targetName, type Spec } from "../arguments/spec.ts";
import type { LayerJob } from "../image/layer-job.ts";
import { prepare, type Prepared } from "./prepare.ts";
import { building } from "../image/progress.ts";
import { LAYERS_IN_FLIGHT, type Session } from "../image/session.ts";
import { namingSystem } from "./system-failure.ts";

/** With every layer's identity known. */
export async function prepareFully(session: Session, spec: Spec): Promise<Prepared> {
  const prepared = await prepare(session, spec, { mayFetch: true });
  if (prepared === undefined) throw new RangeError("prepare stopped although it may fetch");
  await identifyLayers(session, prepared, { mayFetch: true });
  return prepared;
}

/** A layer of the image, and all that is known of it. */
export interface BuiltLayer extends PlannedLayer {
  readonly identity: KnownLayer;
}

export interface BuiltPlatform {
  readonly plan: PlatformPlan;
  readonly layers: readonly BuiltLayer[];
}

/**
 * The identity of every layer. Known ones cost nothing; the others are built into the local cache.
 * Undefined where `mayFetch` is false and a layer is not known that holds more than we make ourselves.
 */
export async function identifyLayers(
  session: Session,
  prepared: Prepared,
  options: { readonly mayFetch: boolean; readonly signal?: AbortSignal | undefined },
): Promise<BuiltPlatform[] | undefined> {
  const unknown: LayerJob[] = [];
  for (const plan of prepared.platforms)
    for (const layer of plan.layers)
      if ((await session.knowledge.layer(layer.key)) === undefined)
        unknown.push(layerJob(prepared, plan, layer, options.signal));
  if (!options.mayFetch && unknown.some(needsPackages)) return undefined;
  await ensureBlobs(session, prepared, unknown, options.signal);
  return identifiedLayers(session, prepared);
}

const needsPackages = ({ contents, generated }: LayerJob): boolean =>
  contents.storePaths.some((path) => !generated.has(path));

/**
 * The bytes of these layers are in the local cache afterwards. A layer that had to be rebuilt with
 * another compressor may have another digest now, so the image is to be assembled from the answer.
 */
export async function materialise(
  session: Session,
  prepared: Prepared,
  wanted: (identity: LayerIdentity) => boolean,
  signal?: AbortSignal,
): Promise<BuiltPlatform[]> {
  const built = await identifiedLayers(session, prepared);
  const jobs = built.flatMap(({ plan, layers }) =>
    layers
      .filter((layer) => wanted(layer.identity))
      .map((layer) => layerJob(prepared, plan, layer, signal)),
  );
  await ensureBlobs(session, prepared, jobs, signal);
  return identifiedLayers(session, prepared);
}

async function ensureBlobs(
  session: Session,
  prepared: Prepared,
  jobs: readonly LayerJob[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (jobs.length === 0) return;
  // Loaded when there is work: most checks find nothing changed.
  const { cachedBlob, ensureBlob } = await import("../image/build-layer.ts");
  const width = LAYERS_IN_FLIGHT;
  const cached = await mapConcurrent(jobs, { width, signal }, (job) => cachedBlob(session, job));
  const missing = jobs.filter((_, at) => cached[at] === undefined);
  const several = prepared.platforms.length > 1;
  const image = targetName(prepared.spec);
  await building({ session, image, jobs: missing, signal }, (job) =>
    namingSystem(several ? job.system : undefined, () => ensureBlob(session, job)),
  );
}

/** Of layers that are all identified. */
export async function identifiedLayers(
  session: Session,
  prepared: Prepared,
): Promise<BuiltPlatform[]> {
  return Promise.all(
    prepared.platforms.map(async (plan) => ({
      plan,
      layers: await Promise.all(
        plan.layers.map(async (layer) => {
          const identity = await session.knowledge.layer(layer.key);
          if (identity === undefined) throw new RangeError(`layer ${layer.key} was not built`);
          return { ...layer, identity };
        }),
      ),
    })),
  );
}

function layerJob(
  prepared: Prepared,
  plan: PlatformPlan,
  layer: PlannedLayer,
  signal: AbortSignal | undefined,
): LayerJob {
  return {
    system: plan.system,
    key: layer.key,
    contents: layer.contents,
    compression: plan.compression,
    lock: prepared.lock,
    paths: plan.paths,
    generated: plan.generated,
    baseSystem: plan.baseSystem,
    files: plan.files,
    gcRoots: plan.gcRoots,
    storeOwner: plan.storeOwner,
    signal,
  };
}
