/** The contents of an image that was planned and whose layers are known. @module */
import type { Assembled, AssembledPlatform } from "../app/assemble.ts";
import type { ImagePlan } from "../app/plan-image.ts";
import { storeDatabase } from "../formats/nix/database.ts";
import { parseDrvName } from "../formats/nix/drv-name.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { Listing } from "../formats/nix/listing.ts";
import type { NarHash } from "../formats/nix/nix-hash.ts";
import { Tree } from "../formats/nix/tree.ts";
import { Platform } from "../formats/oci/platform.ts";
import type { ProfilePackage } from "../formats/rootfs/manifest-nix.ts";
import type { PlatformPlan } from "../plan/platform-plan.ts";
import { targetName } from "../arguments/spec.ts";
import { FileSizes } from "./file-sizes.ts";
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

/** What is known of the files in a store path. */
export type ListingOf = (narHash: NarHash) => Promise<Listing | undefined>;

export interface PlannedOptions {
  readonly listingOf: ListingOf;
  /** The plan of the same image with its layers divided the other way. */
  readonly other: ImagePlan | undefined;
}

export async function plannedContents(
  imagePlan: ImagePlan,
  { image, platforms }: Assembled,
  { listingOf, other }: PlannedOptions,
): Promise<ImageContents> {
  const inputs = new Map(imagePlan.inputs.map((input) => [input.system.system, input]));
  return {
    description: `${targetName(imagePlan.spec)}@${image.root.digest}`,
    digest: image.root.digest,
    platforms: await Promise.all(
      platforms.map(async (each) => {
        const profile = inputs.get(each.plan.system)?.packages.profile ?? [];
        return {
          ...(await platformContents(each, profile, listingOf)),
          otherLayers: other && otherLayers(other, each.plan.system),
        };
      }),
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
  listingOf: ListingOf,
): Promise<PlatformContents> {
  const ours = await sizesOfOurs(plan);
  return {
    platform: Platform.format(plan.platform),
    digest: manifest.digest,
    documentSize: manifest.bytes.length + config.size,
    layers: await Promise.all(
      layers.map(async ({ identity, contents }) => ({
        digest: identity.digest,
        diffId: identity.diffId,
        size: identity.size,
        parts: [
          ...(await Promise.all(
            contents.storePaths.map((path) => storePathPart(path, plan, listingOf)),
          )),
          ...(contents.baseSystem ? [ours.baseSystem] : []),
          ...(contents.database ? [ours.database] : []),
          ...(contents.files === true ? [ours.files] : []),
        ],
      })),
    ),
    packages: profile.map(imagePackage),
    references: new Map([...plan.paths].map(([path, { references }]) => [path, references])),
  };
}

async function storePathPart(
  storePath: StorePath,
  { paths, generated }: PlatformPlan,
  listingOf: ListingOf,
): Promise<LayerPart> {
  const info = paths.get(storePath);
  const root = generated.get(storePath)?.tree ?? (info && (await listingOf(info.narHash))?.root);
  return {
    storePath,
    name: StorePath.name(storePath),
    unpackedSize: info?.narSize ?? 0,
    files: root && FileSizes.of(root),
  };
}

async function sizesOfOurs({ baseSystem, files, paths }: PlatformPlan) {
  const { length } = await storeDatabase([...paths.values()]);
  return {
    baseSystem: outsideStore(BASE_SYSTEM, baseSystem),
    database: { storePath: undefined, name: STORE_DATABASE, unpackedSize: length },
    files: outsideStore(FILES, files ?? Tree.directory()),
  };
}

function outsideStore(name: string, tree: Tree): LayerPart {
  const files = FileSizes.of(tree);
  return { storePath: undefined, name, unpackedSize: files.size, files };
}

function imagePackage({ name: full, outPath, out, install }: ProfilePackage): ImagePackage {
  const { name, version = "" } = parseDrvName(full);
  return { name, version, storePaths: [...new Set([outPath, out, ...install])] };
}
