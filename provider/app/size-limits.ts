/** The limits that `maxImageSize`, `maxLayerSize` and `maxGrowth` set. All count compressed bytes. @module */
import { ByteSize } from "../arguments/byte-size.ts";
import type { Spec } from "../arguments/spec.ts";
import { throwAll } from "../base/errors.ts";
import { formatBytes } from "../base/format-bytes.ts";
import { lixError } from "../errors/lix-error.ts";
import { Platform } from "../formats/oci/platform.ts";
import type { LayerIdentity } from "../formats/oci/layer.ts";
import { layerName, shortLayerName } from "../plan/layer-name.ts";
import { changeLine, packageChanges, type SizedPart } from "./growth.ts";
import type { Session } from "./session.ts";
import { assemble, type AssembledPlatform } from "./assemble.ts";
import { planWithDigests, requireDigests, type BuiltLayer } from "./build-image.ts";
import type { ImagePlan } from "./plan-image.ts";

/** What a comparison needs to know of the image of one platform. */
export interface SizedImage {
  /** Bytes to pull. */
  readonly size: number;
  readonly layers: readonly SizedPart[];
}

/**
 * Throws every limit that is exceeded.
 * @param before the earlier image, by platform. A platform that it does not have is new, and has no growth.
 */
export function requireWithinLimits(
  { args }: Pick<Spec, "args">,
  platforms: readonly AssembledPlatform[],
  before: ReadonlyMap<string, SizedImage> = new Map(),
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
    const earlier = before.get(platform);
    if (earlier !== undefined && exceeds(size - earlier.size, args.maxGrowth))
      errors.push(
        lixError("IMAGE_GREW", {
          ...{ platform, size, before: earlier.size, limit: ByteSize.parse(args.maxGrowth) },
          changes: growthLines(earlier.layers, layers.map(sizedLayer)),
        }),
      );
  }
  throwAll(errors);
}

/** Whether an image may turn out to be too large when all its layers are built. */
export const hasLimits = ({ args }: Pick<Spec, "args">): boolean =>
  [args.maxImageSize, args.maxLayerSize, args.maxGrowth].some((limit) => limit !== undefined);

/** With every digest known, and no limit exceeded. */
export async function planWithinLimits(
  session: Session,
  spec: Spec,
  imageBefore?: (imagePlan: ImagePlan) => Promise<ReadonlyMap<string, SizedImage>>,
): Promise<ImagePlan> {
  const imagePlan = await planWithDigests(session, spec);
  const { platforms } = assemble(session, await requireDigests(session, imagePlan));
  requireWithinLimits(spec, platforms, await imageBefore?.(imagePlan));
  return imagePlan;
}

/** @param name as `shortLayerName` says; undefined where nobody knows what is in the layer. */
export const sizedPart = (
  { digest, size }: Pick<LayerIdentity, "digest" | "size">,
  name: string | undefined,
): SizedPart => ({ id: digest, size, name: name === "" ? GENERATED : (name ?? UNNAMED) });

const GENERATED = "generated files";
const UNNAMED = "earlier layers";

const sizedLayer = ({ identity, contents }: BuiltLayer): SizedPart =>
  sizedPart(identity, shortLayerName(contents.storePaths));

const SHOWN = 10;

/** By package, as far as each has a layer of its own. */
function growthLines(before: readonly SizedPart[], after: readonly SizedPart[]): string[] {
  const onlyIn = (one: readonly SizedPart[], other: readonly SizedPart[]): SizedPart[] => {
    const ids = new Set(other.map(({ id }) => id));
    return one.filter(({ id }) => !ids.has(id));
  };
  const changes = packageChanges(onlyIn(before, after), onlyIn(after, before));
  const more = changes.length - SHOWN;
  return [
    ...changes.slice(0, SHOWN).map(changeLine),
    ...(more > 0 ? [`and ${more} smaller changes`] : []),
  ];
}

/** `12.3 MB  git-minimal-2.44` */
const largest = (layers: readonly BuiltLayer[]): string[] =>
  layers
    .toSorted((a, b) => b.identity.size - a.identity.size)
    .slice(0, SHOWN)
    .map(
      ({ identity, contents }) =>
        `${formatBytes(identity.size).padStart(10)}  ${layerName(contents)}`,
    );
