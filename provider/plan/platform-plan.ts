/**
 * The plan of an image for one system: every layer's recipe, the config, the PlanKey. Pure: if it lacks the
 * listing of a package, it answers "needs".
 * @module
 */
import type { StoreOwner } from "../base/owner.ts";
import { assignLayers } from "../formats/layer/assign.ts";
import type { Listing } from "../formats/nix/listing.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { Directory } from "../formats/nix/tree.ts";
import type { ContainerConfig } from "../formats/oci/container-config.ts";
import type { Platform } from "../formats/oci/descriptor.ts";
import { channelTree } from "../formats/rootfs/channel-tree.ts";
import { generateText, generateTree, type GeneratedPath } from "../formats/rootfs/generated.ts";
import { ImageUser } from "../formats/rootfs/image-user.ts";
import { manifestNix } from "../formats/rootfs/manifest-nix.ts";
import { makeProfile } from "../formats/rootfs/profile.ts";
import { imageRoot } from "./image-root.ts";
import { missingPrograms } from "./missing-programs.ts";
import { configOf, type PlatformInput } from "./platform-input.ts";
import type { PackageSet } from "./packages.ts";
import { plannedLayers, type PlannedLayer } from "./recipe-keys.ts";
import { planKey, type PlanKey } from "./recipe.ts";

export interface PlatformPlan {
  readonly system: string;
  readonly platform: Platform;
  readonly planKey: PlanKey;
  readonly config: ContainerConfig;
  readonly annotations: Readonly<Record<string, string>>;
  /** In the image's order. */
  readonly layers: readonly PlannedLayer[];
  readonly storeOwner: StoreOwner;
  /** Every store path in the image, including the generated ones. */
  readonly paths: ReadonlyMap<StorePath, PathInfo>;
  /** The store paths we make ourselves. */
  readonly generated: ReadonlyMap<StorePath, GeneratedPath>;
  readonly baseSystem: Directory;
  /** Undefined where the program adds none. */
  readonly files: Directory | undefined;
  /** What the garbage collector keeps for the image's sake. */
  readonly gcRoots: readonly StorePath[];
  /** The packages whose listings the profile followed from. */
  readonly linked: ReadonlySet<StorePath>;
  readonly versions: Readonly<Record<string, string>>;
  /** Collisions that buildEnv lets pass, dangling links. */
  readonly warnings: readonly string[];
  /** One line each: what could not be started. */
  readonly missingPrograms: readonly string[];
}

export type PlanResult =
  | { readonly kind: "needs"; readonly paths: readonly StorePath[] }
  | { readonly kind: "planned"; readonly plan: PlatformPlan };

/** Plans as far as the known listings allow. */
export function planPlatform(
  input: PlatformInput,
  listingOf: (path: StorePath) => Listing | undefined,
): PlanResult {
  const { system, platform, packages } = input;
  const generated = new Map<StorePath, GeneratedPath>();
  const generate = (made: GeneratedPath): StorePath => {
    generated.set(made.info.storePath, made);
    return made.info.storePath;
  };
  const manifest = generate(makeManifest(packages));
  const linked = new Set<StorePath>();
  const profile = makeProfile(packages.profile, manifest, (path) => {
    if (!system.paths.has(path)) return "absent";
    linked.add(path);
    return listingOf(path) ?? "unknown";
  });
  if (profile.kind === "needs") return profile;
  const registry = input.flakeRegistry;
  if (registry?.kind === "locked" && listingOf(registry.storePath) === undefined)
    return { kind: "needs", paths: [registry.storePath] };

  const candidates = (): StorePath[] => [...system.paths.keys(), ...generated.keys()];
  const userEnvironment = generate(generateTree("user-environment", profile.tree, candidates()));
  const channel = generate(makeChannel(input, candidates()));
  if (registry?.kind === "imported") generate(registry.generated);
  const root = imageRoot(input, {
    userEnvironment,
    channel,
    listingOf,
    candidates: candidates(),
  });
  const infoOf = (path: StorePath): PathInfo => {
    const info = generated.get(path)?.info ?? system.paths.get(path);
    if (info === undefined) throw new RangeError(`${path} is in neither the lock nor the image`);
    return info;
  };
  const contents = assignLayers({
    groups: [...packages.groups, [channel]],
    references: (path) => infoOf(path).references,
    sizeOf: (path) => infoOf(path).narSize,
    generated: new Set(generated.keys()),
    baseSystemReferences: root.references,
    files: root.files !== undefined,
    maxLayers: input.maxLayers,
    layering: input.layering,
  });
  const shipped = contents.flatMap((layer) => layer.storePaths).sort(StorePath.compare);
  const paths = new Map(shipped.map((path) => [path, infoOf(path)]));
  const gcRoots = input.gcRoots === "all" ? undefined : root.unrooted;
  const storeOwner = ImageUser.storeOwner(input.user);
  const { annotations, compression } = input;
  const layers = plannedLayers(contents, {
    paths,
    baseSystem: root.baseSystem.key,
    files: root.files?.key,
    gcRoots,
    compression,
    storeOwner,
    earlierLayers: input.earlierLayers,
  });
  const config = configOf(input);
  const identity = {
    layers: layers.map(({ key }) => key),
    config: { ...config },
    annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
    platform,
  };
  return {
    kind: "planned",
    plan: {
      system: system.system,
      platform,
      planKey: planKey(identity),
      config,
      annotations,
      layers,
      storeOwner,
      paths,
      generated,
      baseSystem: root.baseSystem.tree,
      files: root.files?.tree,
      gcRoots: gcRoots ?? shipped,
      linked,
      versions: packages.versions,
      warnings: profile.warnings,
      missingPrograms: missingPrograms(input, {
        baseSystem: root.baseSystem.tree,
        files: root.files?.tree,
        storePaths: shipped,
        generated,
        listingOf,
      }),
    },
  };
}

export function makeManifest(packages: PackageSet): GeneratedPath {
  const named = packages.profile.flatMap((each) => [each.outPath, each.out]);
  return generateText("manifest.nix", manifestNix(packages.profile), [...new Set(named)]);
}

export const makeChannel = (
  { nixpkgs }: PlatformInput,
  candidates: Iterable<StorePath>,
): GeneratedPath => generateTree("channel-nixpkgs", channelTree(nixpkgs), candidates);
