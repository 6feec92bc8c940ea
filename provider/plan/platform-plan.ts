/**
 * The plan of an image for one system: every layer's recipe, the config, the PlanKey. Pure: what it
 * must know of packages (listings) it asks for by answering "needs".
 * @module
 */
import type { LayerCompression } from "../formats/layer/compressor.ts";
import type { ByteString } from "../base/byte-string.ts";
import type { Owner } from "../base/owner.ts";
import {
  assignLayers,
  MAX_IMAGE_LAYERS,
  type LayerContents,
  type Layering,
} from "../formats/layer/assign.ts";
import type { LockedSystem } from "../lock/lock.ts";
import { closureOf } from "../formats/nix/closure.ts";
import type { Listing } from "../formats/nix/listing.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import { writeNar } from "../formats/nix/nar-writer.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import { scanReferences } from "../formats/nix/references.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { Directory } from "../formats/nix/tree.ts";
import type { Platform } from "../formats/oci/descriptor.ts";
import { baseSystemTree } from "../formats/rootfs/base-system.ts";
import { channelTree } from "../formats/rootfs/channel.ts";
import { containerConfig, type ContainerConfig } from "../formats/rootfs/container-config.ts";
import { flakeRegistryTarget } from "../formats/rootfs/flake-registry.ts";
import { generateText, generateTree, type GeneratedPath } from "../formats/rootfs/generated.ts";
import { manifestNix } from "../formats/rootfs/manifest-nix.ts";
import { nixConf } from "../formats/rootfs/nix-conf.ts";
import { makeProfile } from "../formats/rootfs/profile.ts";
import type { ImportedSource } from "./import-source.ts";
import type { PackageSet } from "./packages.ts";
import {
  attributesKey,
  databaseKey,
  layerKey,
  planKey,
  type LayerKey,
  type PlanKey,
} from "./recipe.ts";

/** What decides the contents of an image, arguments and lock resolved. */
export interface PlatformInput {
  readonly system: LockedSystem;
  readonly platform: Platform;
  readonly packages: PackageSet;
  /** Undefined: an empty channel. */
  readonly nixpkgs: StorePath | undefined;
  readonly nixConf: Parameters<typeof nixConf>[0];
  readonly channelName: string;
  readonly channelUrl: string;
  readonly flakeRegistry: FlakeRegistry | undefined;
  readonly revision: string | undefined;
  readonly maxLayers: number;
  readonly layering: Layering;
  readonly compression: LayerCompression;
  /** Who owns `/nix` and all that is in it. */
  readonly storeOwner: Owner;
}

/** An imported source, or a store path of the lock. */
export type FlakeRegistry =
  | ({ readonly kind: "imported" } & ImportedSource)
  | { readonly kind: "locked"; readonly storePath: StorePath };

export interface PlannedLayer {
  readonly key: LayerKey;
  readonly contents: LayerContents;
}

export interface PlatformPlan {
  readonly system: string;
  readonly platform: Platform;
  readonly planKey: PlanKey;
  readonly config: ContainerConfig;
  /** In the image's order. */
  readonly layers: readonly PlannedLayer[];
  readonly compression: LayerCompression;
  readonly storeOwner: Owner;
  /** Of every store path in the image, ours included. */
  readonly paths: ReadonlyMap<StorePath, PathInfo>;
  /** The store paths we make ourselves. */
  readonly generated: ReadonlyMap<StorePath, GeneratedPath>;
  readonly baseSystem: Directory;
  /** The packages whose listings the profile followed from. */
  readonly linked: ReadonlySet<StorePath>;
  readonly versions: Readonly<Record<string, string>>;
  /** Collisions that buildEnv lets pass, dangling links. */
  readonly warnings: readonly string[];
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
  const channel = generate(
    generateTree("channel-nixpkgs", channelTree(input.nixpkgs), candidates()),
  );
  if (registry?.kind === "imported") generate(registry.generated);
  const baseSystem = baseSystemTree({
    userEnvironment,
    channel,
    bashInteractive: packages.bashInteractive,
    shadow: packages.shadow,
    coreutils: packages.coreutils,
    nixConf: nixConf(input.nixConf),
    channelName: input.channelName,
    channelUrl: input.channelUrl,
    flakeRegistry: registry && registryTarget(registry, listingOf),
  });
  const baseSystemNar = writeNar(baseSystem);
  const infoOf = (path: StorePath): PathInfo => {
    const info = generated.get(path)?.info ?? system.paths.get(path);
    if (info === undefined) throw new RangeError(`${path} is in neither the lock nor the image`);
    return info;
  };
  const contents = assignLayers({
    groups: [...packages.groups, [channel]],
    references: (path) => infoOf(path).references,
    generated: new Set(generated.keys()),
    baseSystemReferences: scanReferences(baseSystemNar, candidates()),
    maxLayers: input.maxLayers,
    layering: input.layering,
  });
  const shipped = contents.flatMap((layer) => layer.storePaths).sort(StorePath.compare);
  const paths = new Map(shipped.map((path) => [path, infoOf(path)]));
  const keys = recipeKeys(contents, {
    paths,
    baseSystem: { narHash: NarHash.of(baseSystemNar), attributes: attributesKey(baseSystem) },
    compression: input.compression,
    storeOwner: input.storeOwner,
  });
  const config = containerConfig({ version: packages.lixVersion, revision: input.revision });
  return {
    kind: "planned",
    plan: {
      system: system.system,
      platform,
      planKey: planKey({ layers: keys, config: { ...config }, platform }),
      config,
      layers: contents.map((layer, index) => ({ key: keys[index] ?? "", contents: layer })),
      compression: input.compression,
      storeOwner: input.storeOwner,
      paths,
      generated,
      baseSystem,
      linked,
      versions: packages.versions,
      warnings: profile.warnings,
    },
  };
}

/**
 * The layers that need no profile to be known: the explicit groups, and one layer for each other path
 * as long as nothing can be merged. Building them is how a cold plan learns its listings in one pass.
 */
export function certainLayers(input: PlatformInput): LayerContents[] {
  const { system, packages } = input;
  const references = (path: StorePath): readonly StorePath[] =>
    system.paths.get(path)?.references ?? [];
  const seen = new Set<StorePath>();
  const layers: LayerContents[] = [];
  for (const group of packages.groups) {
    const storePaths = closureOf(group, references).filter((path) => !seen.has(path));
    for (const path of storePaths) seen.add(path);
    if (storePaths.length > 0) layers.push({ storePaths, baseSystem: false, database: false });
  }
  const roots = packages.profile.flatMap((each) => [each.outPath, each.out, ...each.install]);
  const bound = closureOf([...roots, packages.shadow, packages.coreutils], references);
  const rest = bound.filter((path) => !seen.has(path));
  // The channel is a group of its own.
  const limit = Math.min(input.maxLayers, MAX_IMAGE_LAYERS - layers.length - 1);
  // manifest.nix, user-environment, a flake registry, base system, database.
  if (rest.length + 5 > limit) return layers;
  const single = rest.map((path) => ({ storePaths: [path], baseSystem: false, database: false }));
  return [...layers, ...single];
}

/** The key of a layer that holds nothing but packages. */
export function packageLayerKey(contents: LayerContents, input: PlatformInput): LayerKey {
  const { system, compression, storeOwner } = input;
  const parts = { paths: system.paths, baseSystem: undefined, compression, storeOwner };
  return recipeKeys([contents], parts)[0] ?? "";
}

function recipeKeys(
  contents: readonly LayerContents[],
  parts: {
    readonly paths: ReadonlyMap<StorePath, PathInfo>;
    readonly baseSystem:
      { readonly narHash: NarHash; readonly attributes: string | undefined } | undefined;
    readonly compression: LayerCompression;
    readonly storeOwner: Owner;
  },
): LayerKey[] {
  return contents.map((layer) =>
    layerKey({
      storePaths: layer.storePaths.map((path) => {
        const info = parts.paths.get(path);
        if (info === undefined) throw new RangeError(`${path} has no hash`);
        return { baseName: StorePath.baseName(path), narHash: info.narHash };
      }),
      baseSystem: layer.baseSystem ? parts.baseSystem?.narHash : undefined,
      baseSystemAttributes: layer.baseSystem ? parts.baseSystem?.attributes : undefined,
      database: layer.database ? databaseKey([...parts.paths.values()]) : undefined,
      storeOwner: parts.storeOwner,
      compression: parts.compression,
    }),
  );
}

function makeManifest(packages: PackageSet): GeneratedPath {
  const named = packages.profile.flatMap((each) => [each.outPath, each.out]);
  return generateText("manifest.nix", manifestNix(packages.profile), [...new Set(named)]);
}

function registryTarget(
  registry: FlakeRegistry,
  listingOf: (path: StorePath) => Listing | undefined,
): ByteString | undefined {
  if (registry.kind === "imported") return registry.linkTarget;
  const listing = listingOf(registry.storePath);
  return listing && flakeRegistryTarget(registry.storePath, listing.root);
}
