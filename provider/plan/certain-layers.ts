/**
 * The layers of packages that can be known without the profile. A cold plan builds them first, and learns from their
 * bytes the listings that the profile needs.
 * @module
 */
import { assignLayers, MAX_IMAGE_LAYERS, type LayerContents } from "../formats/layer/assign.ts";
import { closureOf } from "../formats/nix/closure.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import { ImageUser } from "../formats/rootfs/image-user.ts";
import { imageRoot } from "./image-root.ts";
import type { PlatformInput } from "./platform-input.ts";
import { makeChannel, makeManifest } from "./platform-plan.ts";
import { plannedLayer, type PlannedLayer } from "./recipe-keys.ts";

export const certainLayers = (input: PlatformInput): LayerContents[] =>
  input.layering === "closure-risk" ? layersByRisk(input) : layersByGroups(input);

/** The explicit groups, and one layer for each other path as long as nothing can be merged. */
function layersByGroups(input: PlatformInput): LayerContents[] {
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
  const bound = closureOf(namedPaths(input), references);
  const rest = bound.filter((path) => !seen.has(path));
  // The channel is a group of its own.
  const limit = Math.min(input.maxLayers, MAX_IMAGE_LAYERS - layers.length - 1);
  // manifest.nix, user-environment, a flake registry, base system, database.
  if (rest.length + 5 > limit) return layers;
  const single = rest.map((path) => ({ storePaths: [path], baseSystem: false, database: false }));
  return [...layers, ...single];
}

/**
 * All layers of packages. The profile adds no package that the manifest does not name, so it is left out. The
 * exception is an installed output without files: then these layers may differ from those of the plan.
 */
function layersByRisk(input: PlatformInput): LayerContents[] {
  const { system, packages } = input;
  const manifest = makeManifest(packages).info;
  const channel = makeChannel(input, system.paths.keys()).info;
  const generated = new Map([manifest, channel].map((info) => [info.storePath, info]));
  const infoOf = (path: StorePath): PathInfo | undefined =>
    generated.get(path) ?? system.paths.get(path);
  const root = imageRoot(input, {
    // Stands for the profile, whose hash is not known yet.
    userEnvironment: manifest.storePath,
    channel: channel.storePath,
    listingOf: () => undefined,
    candidates: [...system.paths.keys(), ...generated.keys()],
  });
  const layers = assignLayers({
    groups: [...packages.groups, [channel.storePath]],
    references: (path) => infoOf(path)?.references ?? [],
    sizeOf: (path) => infoOf(path)?.narSize ?? 0,
    generated: new Set(generated.keys()),
    baseSystemReferences: [...root.references, ...namedPaths(input)],
    files: root.files !== undefined,
    maxLayers: input.maxLayers,
    layering: input.layering,
  });
  return layers.filter(
    ({ storePaths, baseSystem, database }) =>
      storePaths.length > 0 &&
      !baseSystem &&
      !database &&
      storePaths.every((path) => !generated.has(path)),
  );
}

/** What the profile and the base system name by themselves. */
const namedPaths = ({ packages }: PlatformInput): StorePath[] => [
  ...packages.profile.flatMap((each) => [each.outPath, each.out, ...each.install]),
  packages.shadow,
  packages.coreutils,
];

/** A layer that holds nothing but packages. */
export function packageLayer(contents: LayerContents, input: PlatformInput): PlannedLayer {
  const { system, compression, user, earlierLayers } = input;
  const storeOwner = ImageUser.storeOwner(user);
  return plannedLayer(contents, { paths: system.paths, compression, storeOwner, earlierLayers });
}
