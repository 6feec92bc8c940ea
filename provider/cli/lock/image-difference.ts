/** What a new lock changes in an image: the layers, and the bytes that a push sends. @module */
import { renderLines } from "../../base/errors.ts";
import { log } from "../../base/log.ts";
import { resolveDigests, type BuiltPlatform } from "../../app/build-image.ts";
import { planResolved, type ImagePlan } from "../../app/plan-image.ts";
import { resolveWithLock } from "../../app/resolve.ts";
import { Session } from "../../app/session.ts";
import type { Lock } from "../../lock/lock.ts";
import type { StorePath } from "../../formats/nix/store-path.ts";
import type { Digest } from "../../formats/oci/digest.ts";
import { Platform } from "../../formats/oci/platform.ts";
import { LixImageInputs } from "../../arguments/schema.ts";
import type { LayerKey } from "../../plan/recipe.ts";
import { makeSpec, type Spec } from "../../arguments/spec.ts";
import { REQUIRED_ATTRIBUTES } from "../../resolve/attributes.ts";
import { readArguments } from "../arguments-file.ts";
import { usage } from "./option-values.ts";

export interface ImageDifference {
  /** ARGS.json; undefined: an image with all packages of the lock, and default arguments otherwise. */
  readonly arguments: string | undefined;
  readonly platforms: readonly string[];
  /** How many, over all platforms; `before` is undefined when that image cannot be planned. */
  readonly layers: { readonly before: number | undefined; readonly after: number };
  readonly newLayers: readonly NewLayer[];
  readonly goneLayers: number;
  /** Bytes to push to a registry that has the previous lock's image. */
  readonly pushSize: number;
}

export interface NewLayer {
  readonly platform: string;
  readonly digest: Digest;
  readonly size: number;
  readonly storePaths: readonly StorePath[];
}

export interface ImageQuestion {
  /** Absolute path of the lock. */
  readonly file: string;
  /** Undefined if there was none, or none that can be read. */
  readonly before: Lock | undefined;
  readonly after: Lock;
  /** ARGS.json, absolute. */
  readonly image: string | undefined;
}

/**
 * Builds the layers that change into the local cache, where a push finds them, because the size of a layer is
 * known only then. Undefined, with a warning, where an image with default arguments cannot be planned.
 */
export async function compareImages(question: ImageQuestion): Promise<ImageDifference | undefined> {
  const { image } = question;
  if (image !== undefined) return compare(question, [await specOf(image, question.file)]);
  try {
    return await compare(question, defaultSpecs(question));
  } catch (error) {
    log.warn(["no image with all packages of the lock can be planned:", ...renderLines(error)]);
    return undefined;
  }
}

async function specOf(image: string, file: string): Promise<Spec> {
  const spec = await readArguments(image, "optional");
  if (spec.lockFile !== file) throw usage(`--image ${image}: its lock is ${spec.lockFile}`);
  return spec;
}

/** One for each system: a lock need not satisfy what several systems of one image must have in common. */
function defaultSpecs({ file, after }: ImageQuestion): Spec[] {
  return [...after.systems.values()].map(({ system, nixpkgs, packages }) => {
    const args = LixImageInputs.parse({
      lock: file,
      systems: [system],
      bundleNixpkgs: nixpkgs !== undefined,
      // A lock usually holds only what belongs in the image.
      extraPkgs: [...packages.keys()].filter((name) => !REQUIRED_ATTRIBUTES.includes(name)),
    });
    return makeSpec(args, { directory: "/", destination: "optional" });
  });
}

async function compare(
  { image, before, after }: ImageQuestion,
  specs: readonly Spec[],
): Promise<ImageDifference> {
  const session = new Session();
  const built: BuiltPlatform[] = [];
  for (const spec of specs) {
    const imagePlan = await planned(session, spec, after);
    built.push(...((await resolveDigests(session, imagePlan, { mayFetch: true })) ?? []));
  }
  const earlier = before === undefined ? undefined : await keysOf(session, specs, before);
  const layers = built.flatMap(({ plan, layers }) =>
    layers.map((layer) => ({ ...layer, platform: Platform.format(plan.platform) })),
  );
  const keys = new Set(layers.map(({ key }) => key));
  const added = layers.filter(({ key }) => earlier?.includes(key) !== true);
  const sizes = new Map(added.map(({ identity }) => [identity.digest, identity.size]));
  return {
    arguments: image,
    platforms: built.map(({ plan }) => Platform.format(plan.platform)),
    layers: { before: earlier?.length, after: layers.length },
    newLayers: added.map(({ platform, identity: { digest, size }, contents }) => ({
      ...{ platform, digest, size },
      storePaths: contents.storePaths,
    })),
    goneLayers: earlier?.filter((key) => !keys.has(key)).length ?? 0,
    pushSize: [...sizes.values()].reduce((sum, size) => sum + size, 0),
  };
}

/** Undefined where the previous lock lacks something that the image needs, or its packages are gone. */
async function keysOf(
  session: Session,
  specs: readonly Spec[],
  before: Lock,
): Promise<LayerKey[] | undefined> {
  const keys: LayerKey[] = [];
  try {
    for (const spec of specs) {
      const { platforms } = await planned(session, spec, before);
      keys.push(...platforms.flatMap(({ layers }) => layers.map(({ key }) => key)));
    }
    return keys;
  } catch (error) {
    log.warn(["the image of the previous lock cannot be planned:", ...renderLines(error)]);
    return undefined;
  }
}

async function planned(session: Session, spec: Spec, lock: Lock): Promise<ImagePlan> {
  // The previous lock may be one that the policy forbids. A preview judges the new one.
  const policy = { allowedSigners: undefined, allowedLicenses: undefined };
  const resolved = await resolveWithLock({ ...spec, policy }, { lock, sha256: "" });
  const imagePlan = await planResolved(session, resolved, { mayFetch: true });
  if (imagePlan === undefined)
    throw new RangeError("a plan is missing although packages may be fetched");
  return imagePlan;
}
