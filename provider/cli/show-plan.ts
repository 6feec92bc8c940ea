import { formatBytes } from "../base/format-bytes.ts";
import { describeImage, describePlan } from "../app/describe.ts";
import { assemble } from "../app/assemble.ts";
import { resolveDigests } from "../app/build-image.ts";
import { requireWithinLimits } from "../app/size-limits.ts";
import { planImage, type ImagePlan } from "../app/plan-image.ts";
import { Session } from "../app/session.ts";
import type { PlatformPlan } from "../plan/platform-plan.ts";
import type { PlannedLayer } from "../plan/recipe-keys.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import { layerName } from "../plan/layer-name.ts";
import { Platform } from "../formats/oci/platform.ts";
import { readArguments } from "./arguments-file.ts";
import { printJson, printLines } from "./print.ts";

/** One layer of the plan; digests only where this machine knows them. */
interface LayerPlan {
  readonly platform: string;
  readonly storePaths: readonly StorePath[];
  /** Bytes of the NARs in it. */
  readonly narSize: number;
  readonly baseSystem: boolean;
  readonly database: boolean;
  /** Whether it holds the files of the argument `files`. */
  readonly files: boolean;
  /** Whether the local cache has the blob. */
  readonly cached: boolean;
  readonly digest?: string;
  readonly diffId?: string;
  readonly size?: number;
}

/** Prints what would be built. Downloads only packages whose contents the profile must be planned from. */
export async function showPlan(
  file: string,
  { json }: { readonly json: boolean },
): Promise<number> {
  const session = new Session();
  const spec = await readArguments(file, "optional");
  const imagePlan = await planImage(session, spec, { mayFetch: true });
  if (imagePlan === undefined)
    throw new RangeError("a plan is missing although packages may be fetched");
  const built = await resolveDigests(session, imagePlan, { mayFetch: false });
  const image = built && assemble(session, built);
  const outputs = image === undefined ? describePlan(imagePlan) : describeImage(imagePlan, image);
  const layers = await layersOf(session, imagePlan);
  if (json) printJson({ ...outputs, layers });
  else printLines(table(outputs.planKey, layers));
  if (image !== undefined) requireWithinLimits(spec, image.platforms);
  return 0;
}

async function layersOf(session: Session, imagePlan: ImagePlan): Promise<LayerPlan[]> {
  const layers = imagePlan.platforms.flatMap((plan) =>
    plan.layers.map((layer) => ({ plan, layer })),
  );
  return Promise.all(layers.map(({ plan, layer }) => describeLayer(session, plan, layer)));
}

async function describeLayer(
  session: Session,
  plan: PlatformPlan,
  { key, contents }: PlannedLayer,
): Promise<LayerPlan> {
  const known = await session.knownLayers.layer(key);
  const narSize = contents.storePaths.reduce(
    (sum, path) => sum + (plan.paths.get(path)?.narSize ?? 0),
    0,
  );
  return {
    platform: Platform.format(plan.platform),
    storePaths: contents.storePaths,
    narSize,
    baseSystem: contents.baseSystem,
    database: contents.database,
    files: contents.files === true,
    cached: known !== undefined && (await session.cache.hasBlob(known)),
    ...(known && { digest: known.digest, diffId: known.diffId, size: known.size }),
  };
}

function table(planKey: string, layers: readonly LayerPlan[]): string[] {
  const cached = layers.filter((layer) => layer.cached).length;
  return [
    `plan ${planKey}: ${layers.length} layers, ${cached} of them in the local cache`,
    ...layers.map((layer, index) => {
      const size =
        layer.size === undefined
          ? `${formatBytes(layer.narSize)} of NARs`
          : formatBytes(layer.size);
      const mark = layer.cached ? "cached" : "to make";
      return `  ${String(index).padStart(3)}  ${mark.padEnd(7)}  ${size.padStart(18)}  ${layerName(layer)}`;
    }),
  ];
}
