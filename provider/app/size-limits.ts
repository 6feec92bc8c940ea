/** The limits that `maxImageSize`, `maxLayerSize` and `maxGrowth` set. All count compressed bytes. @module */
import { ByteSize } from "../arguments/byte-size.ts";
import type { Spec } from "../arguments/spec.ts";
import { throwAll } from "../base/errors.ts";
import { formatBytes } from "../base/format-bytes.ts";
import { lixError } from "../errors/lix-error.ts";
import { Platform } from "../formats/oci/platform.ts";
import { layerName } from "../plan/layer-name.ts";
import type { LayerKey } from "../plan/recipe.ts";
import type { Session } from "./session.ts";
import { assemble, type AssembledPlatform } from "./assemble.ts";
import { planWithDigests, requireDigests, type BuiltLayer } from "./build-image.ts";
import type { ImagePlan } from "./plan-image.ts";

/** The image that a resource has. */
export interface RecordedSize {
  /** Bytes to pull; of several platforms, the largest. */
  readonly size: number;
  readonly layers: ReadonlyMap<LayerKey, unknown>;
}

/** Throws every limit that is exceeded. */
export function requireWithinLimits(
  { args }: Pick<Spec, "args">,
  platforms: readonly AssembledPlatform[],
  before?: RecordedSize,
): void {
  const errors: unknown[] = [];
  const exceeds = (size: number, limit: number | string | undefined): limit is number | string =>
    limit !== undefined && size > ByteSize.parse(limit);
  for (const { plan, size, layers } of platforms) {
    const platform = Platform.format(plan.platform);
    if (exceeds(size, args.maxImageSize))
      errors.push(
        lixError("IMAGE_TOO_LARGE", {
          ...{ platform, size, limit: ByteSize.parse(args.maxImageSize) },
          largest: largest(layers),
        }),
      );
    for (const layer of layers)
      if (exceeds(layer.identity.size, args.maxLayerSize))
        errors.push(
          lixError("LAYER_TOO_LARGE", {
            ...{ platform, layer: layerName(layer.contents), size: layer.identity.size },
            limit: ByteSize.parse(args.maxLayerSize),
          }),
        );
    if (before !== undefined && exceeds(size - before.size, args.maxGrowth))
      errors.push(
        lixError("IMAGE_GREW", {
          ...{ platform, size, before: before.size, limit: ByteSize.parse(args.maxGrowth) },
          added: largest(layers.filter(({ key }) => !before.layers.has(key))),
        }),
      );
  }
  throwAll(errors);
}

/** With every digest known, and no limit exceeded. */
export async function planWithinLimits(session: Session, spec: Spec): Promise<ImagePlan> {
  const imagePlan = await planWithDigests(session, spec);
  const { platforms } = assemble(session, await requireDigests(session, imagePlan));
  requireWithinLimits(spec, platforms);
  return imagePlan;
}

const SHOWN = 10;

/** `12.3 MB  git-minimal-2.44` */
const largest = (layers: readonly BuiltLayer[]): string[] =>
  layers
    .toSorted((a, b) => b.identity.size - a.identity.size)
    .slice(0, SHOWN)
    .map(
      ({ identity, contents }) =>
        `${formatBytes(identity.size).padStart(10)}  ${layerName(contents)}`,
    );
