/** The outputs of the resource and of `--json`, from what was planned, built and pushed. @module */
import type {
  LayerOutput,
  LixImageOutputs,
  PlatformOutput,
  ReferrerOutput,
} from "../../sdk/outputs.ts";
import type { AttachedManifest } from "../formats/oci/image.ts";
import { Platform } from "../formats/oci/platform.ts";
import { Repository } from "../formats/oci/reference.ts";
import { targetName, type Spec } from "../arguments/spec.ts";
import { fillTags, hasPlanKey, type TagFacts } from "../plan/tags.ts";
import type { Assembled, AssembledPlatform } from "./assemble.ts";
import type { ImagePlan } from "./plan-image.ts";
import { labelsOf, type Resolved } from "./resolve.ts";

/** Known from the arguments alone; a tag with placeholders is not. */
export type SpecOutputs = Pick<LixImageOutputs, "revision"> &
  Partial<Pick<LixImageOutputs, "taggedRefs" | "mirrorRefs">>;

/**
 * Known as soon as the packages are, without their contents. Leaves out the tags if one contains the planKey.
 */
export type ResolvedOutputs = Pick<LixImageOutputs, "version" | "labels" | "packages"> &
  SpecOutputs;

/** Known as soon as the plan is, without any layer. */
export type PlannedOutputs = ResolvedOutputs & Pick<LixImageOutputs, "taggedRefs" | "planKey">;

export function describeSpec(spec: Spec): SpecOutputs {
  const { lixRevision, mirrors } = spec.args;
  return {
    ...(templatesOf(spec).some((tag) => tag.includes("{"))
      ? {}
      : { taggedRefs: taggedRefs(spec, { version: "", planKey: "" }) }),
    ...(mirrors.length > 0 ? {} : { mirrorRefs: [] }),
    ...(lixRevision === undefined ? {} : { revision: lixRevision }),
  };
}

export function describeResolved({ spec, inputs }: Resolved): ResolvedOutputs {
  const [first] = inputs;
  if (first === undefined) throw new RangeError("an image has at least one platform");
  const { lixVersion: version, versions: packages } = first.packages;
  return {
    ...describeSpec(spec),
    ...(templatesOf(spec).some(hasPlanKey)
      ? {}
      : { taggedRefs: taggedRefs(spec, { version, planKey: "" }) }),
    version,
    labels: labelsOf(first),
    packages,
  };
}

export function describePlan(imagePlan: ImagePlan): PlannedOutputs {
  const { planKey, spec } = imagePlan;
  const resolved = describeResolved(imagePlan);
  const { version } = resolved;
  return { ...resolved, taggedRefs: taggedRefs(spec, { version, planKey }), planKey };
}

export function describeImage(imagePlan: ImagePlan, assembled: Assembled): LixImageOutputs {
  const { platforms, image } = assembled;
  return {
    ref: `${targetName(imagePlan.spec)}@${image.root.digest}`,
    digest: image.root.digest,
    mirrorRefs: imagePlan.spec.mirrors.map(
      (mirror) => `${Repository.format(mirror)}@${image.root.digest}`,
    ),
    ...describePlan(imagePlan),
    platforms: Object.fromEntries(platforms.map((each) => [nameOf(each), describe(each)])),
    size: Math.max(...platforms.map((each) => each.size)),
  };
}

/** The outputs, with the layers and referrers, which are known after `up` only. */
export function describeBuilt(imagePlan: ImagePlan, assembled: Assembled): LixImageOutputs {
  const referrers = (assembled.image.attachments ?? []).map(describeReferrer);
  const outputs = { ...describeImage(imagePlan, assembled), referrers };
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

const describeReferrer = (attached: AttachedManifest): ReferrerOutput => ({
  artifactType: attached.artifactType,
  digest: attached.digest,
  subject: attached.subject,
  size: attached.bytes.length,
});

export function tagsOf({ spec, inputs, planKey }: ImagePlan): string[] {
  const version = inputs[0]?.packages.lixVersion ?? "";
  return fillTags(templatesOf(spec), { version, planKey });
}

const templatesOf = ({ args }: Spec): string[] => [args.tag, ...args.extraTags];

const taggedRefs = (spec: Spec, facts: TagFacts): string[] =>
  fillTags(templatesOf(spec), facts).map((tag) => `${targetName(spec)}:${tag}`);

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
