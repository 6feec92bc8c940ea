/** The contents of an image that was planned and whose layers are known. @module */
import type { Assembled, AssembledPlatform } from "../app/assemble.ts";
import type { ImagePlan } from "../app/plan-image.ts";
import { storeDatabase } from "../formats/nix/database.ts";
import { parseDrvName } from "../formats/nix/drv-name.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { Tree } from "../formats/nix/tree.ts";
import { Platform } from "../formats/oci/platform.ts";
import type { ProfilePackage } from "../formats/rootfs/manifest-nix.ts";
import type { PlatformPlan } from "../plan/platform-plan.ts";
import { targetName } from "../arguments/spec.ts";
import {
  BASE_SYSTEM,
  FILES,
  STORE_DATABASE,
  type ImageContents,
  type ImagePackage,
  type LayerPart,
  type OtherLayers,
  type PlatformContents,
} from "./image-contents.ts";

/** @param other the plan of the same image with its layers divided the other way. */
export async function plannedContents(
  imagePlan: ImagePlan,
  { image, platforms }: Assembled,
  other?: ImagePlan,
): Promise<ImageContents> {
  const inputs = new Map(imagePlan.inputs.map((input) => [input.system.system, input]));
  return {
    description: `${targetName(imagePlan.spec)}@${image.root.digest}`,
    digest: image.root.digest,
    platforms: await Promise.all(
      platforms.map(async (each) => ({
        ...(await platformContents(each, inputs.get(each.plan.system)?.packages.profile ?? [])),
        otherLayers: other && otherLayers(other, each.plan.system),
      })),
    ),
  };
}

function otherLayers({ inputs, platforms }: ImagePlan, system: string): OtherLayers | undefined {
  const plan = platforms.find((each) => each.system === system);
  const input = inputs.find((each) => each.system.system === system);
  if (plan === undefined || input === undefined) return undefined;
  return {
    layering: input.layering,
    layers: plan.layers.map(({ key, contents }) => ({
      key,
      parts: [
        ...contents.storePaths,
        ...(contents.baseSystem ? [BASE_SYSTEM] : []),
        ...(contents.database ? [STORE_DATABASE] : []),
        ...(contents.files === true ? [FILES] : []),
      ],
    })),
  };
}

async function platformContents(
  { plan, layers, manifest, config }: AssembledPlatform,
  profile: readonly ProfilePackage[],
): Promise<PlatformContents> {
  const ours = await sizesOfOurs(plan);
  return {
    platform: Platform.format(plan.platform),
    digest: manifest.digest,
    documentSize: manifest.bytes.length + config.size,
    layers: layers.map(({ identity, contents }) => ({
      digest: identity.digest,
      diffId: identity.diffId,
      size: identity.size,
      parts: [
        ...contents.storePaths.map((path) => storePathPart(path, plan)),
        ...(contents.baseSystem ? [ours.baseSystem] : []),
        ...(contents.database ? [ours.database] : []),
        ...(contents.files === true ? [ours.files] : []),
      ],
    })),
    packages: profile.map(imagePackage),
    references: new Map([...plan.paths].map(([path, { references }]) => [path, references])),
  };
}

const storePathPart = (storePath: StorePath, { paths }: PlatformPlan): LayerPart => ({
  storePath,
  name: StorePath.name(storePath),
  unpackedSize: paths.get(storePath)?.narSize ?? 0,
});

async function sizesOfOurs({ baseSystem, files, paths }: PlatformPlan) {
  const { length } = await storeDatabase([...paths.values()]);
  return {
    baseSystem: { storePath: undefined, name: BASE_SYSTEM, unpackedSize: fileBytes(baseSystem) },
    database: { storePath: undefined, name: STORE_DATABASE, unpackedSize: length },
    files: { storePath: undefined, name: FILES, unpackedSize: files ? fileBytes(files) : 0 },
  };
}

function fileBytes(tree: Tree): number {
  switch (tree.kind) {
    case "regular":
      return tree.contents.length;
    case "symlink":
      return 0;
    case "directory":
      return [...tree.entries.values()].reduce((sum, each) => sum + fileBytes(each), 0);
  }
}

function imagePackage({ name: full, outPath, out, install }: ProfilePackage): ImagePackage {
  const { name, version = "" } = parseDrvName(full);
  return { name, version, storePaths: [...new Set([outPath, out, ...install])] };
}
