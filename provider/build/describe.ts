/** What users are told of an image: the outputs of design §2. @module */
import type { LayerOutput, LixImageOutputs, PlatformOutput } from "../../sdk/outputs.ts";
import { Platform } from "../oci/platform.ts";
import { targetName } from "../plan/spec.ts";
import { fillTags } from "../plan/tags.ts";
import type { Assembled, AssembledPlatform } from "./assemble.ts";
import type { Prepared } from "./prepare.ts";

/** Known as soon as the plan is, without any layer. */
export type PlannedOutputs = Pick<
  LixImageOutputs,
  "taggedRefs" | "revision" | "version" | "labels" | "packages" | "planKey"
>;

export function describePlan(prepared: Prepared): PlannedOutputs {
  const [first] = prepared.platforms;
  if (first === undefined) throw new RangeError("an image has at least one platform");
  const labels = first.config.Labels;
  const revision = labels["org.opencontainers.image.revision"];
  return {
    taggedRefs: tagsOf(prepared).map((tag) => `${targetName(prepared.spec)}:${tag}`),
    ...(revision === undefined ? {} : { revision }),
    version: labels["org.opencontainers.image.version"] ?? "",
    labels,
    packages: first.versions,
    planKey: prepared.planKey,
  };
}

export function describeImage(prepared: Prepared, assembled: Assembled): LixImageOutputs {
  const { platforms, image } = assembled;
  return {
    ref: `${targetName(prepared.spec)}@${image.root.digest}`,
    digest: image.root.digest,
    ...describePlan(prepared),
    platforms: Object.fromEntries(platforms.map((each) => [nameOf(each), describe(each)])),
    size: Math.max(...platforms.map((each) => each.size)),
  };
}

/** The outputs, and the layers that are told after `up` only. */
export function describeBuilt(prepared: Prepared, assembled: Assembled): LixImageOutputs {
  const outputs = describeImage(prepared, assembled);
  const [first, ...rest] = assembled.platforms;
  if (first !== undefined && rest.length === 0)
    return { ...outputs, layers: describeLayers(first) };
  const platforms = Object.fromEntries(
    assembled.platforms.map((each) => [
      nameOf(each),
      { ...describe(each), layers: describeLayers(each) },
    ]),
  );
  return { ...outputs, platforms };
}

export function tagsOf(prepared: Prepared): string[] {
  const { args } = prepared.spec;
  const labels = prepared.platforms[0]?.config.Labels;
  const version = labels?.["org.opencontainers.image.version"] ?? "";
  return fillTags([args.tag, ...args.extraTags], { version, planKey: prepared.planKey });
}

const nameOf = (platform: AssembledPlatform): string => Platform.format(platform.plan.platform);

function describe(platform: AssembledPlatform): PlatformOutput {
  return {
    digest: platform.manifest.digest,
    configDigest: platform.config.digest,
    size: platform.size,
  };
}

function describeLayers(platform: AssembledPlatform): LayerOutput[] {
  return platform.layers.map(({ identity, contents }) => ({
    digest: identity.digest,
    diffId: identity.diffId,
    size: identity.size,
    mediaType: identity.mediaType,
    storePaths: contents.storePaths,
  }));
}
