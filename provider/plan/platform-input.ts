/** What the plan of an image for one system is made from. @module */
import type { Layering } from "../formats/layer/assign.ts";
import type { LayerCompression } from "../formats/layer/layer-compression.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import {
  mergeConfig,
  type ConfigChanges,
  type ContainerConfig,
} from "../formats/oci/container-config.ts";
import type { Platform } from "../formats/oci/descriptor.ts";
import { containerConfig } from "../formats/rootfs/container-defaults.ts";
import type { ImageUser } from "../formats/rootfs/image-user.ts";
import type { NixConfValue } from "../formats/rootfs/nix-conf.ts";
import type { LockedSystem } from "../lock/lock.ts";
import type { Compat } from "./compat.ts";
import type { ImageFile } from "./image-files.ts";
import type { ImportedSource } from "./import-source.ts";
import type { PackageSet } from "./packages.ts";
import type { LayerKey } from "./recipe.ts";

/** What decides the contents of an image, arguments and lock resolved. */
export interface PlatformInput {
  readonly system: LockedSystem;
  readonly platform: Platform;
  readonly packages: PackageSet;
  /** Undefined: an empty channel. */
  readonly nixpkgs: StorePath | undefined;
  readonly nixConf: Readonly<Record<string, NixConfValue>>;
  readonly channelName: string;
  readonly channelUrl: string;
  readonly flakeRegistry: FlakeRegistry | undefined;
  readonly revision: string | undefined;
  /** In the config and its history. Undefined: docker.nix's date. */
  readonly created: string | undefined;
  readonly maxLayers: number;
  readonly layering: Layering;
  readonly compression: LayerCompression;
  /** The layers that the image has from an earlier version of pulumi-lix. */
  readonly earlierLayers?: ReadonlySet<LayerKey> | undefined;
  /** Whom the image runs as. */
  readonly user: ImageUser;
  /** Undefined: nothing besides docker.nix's base system. */
  readonly compat: Compat | undefined;
  /** The program's changes to the container's settings. */
  readonly config: ConfigChanges;
  /** Of the manifest, and of the index above it. */
  readonly annotations: Readonly<Record<string, string>>;
  /** What the program adds to the base system. */
  readonly files: readonly ImageFile[];
  /** What the garbage collector keeps in a container: every path, or the profile and what starts it. */
  readonly gcRoots: "all" | "profile";
}

/** An imported source, or a store path of the lock. */
export type FlakeRegistry =
  | ({ readonly kind: "imported" } & ImportedSource)
  | { readonly kind: "locked"; readonly storePath: StorePath };

/** docker.nix's settings for the user, with those of `compat` and then the program's over them. */
export function configOf(input: PlatformInput): ContainerConfig {
  const { packages, revision, user, compat, config, created } = input;
  const usual = containerConfig({ version: packages.lixVersion, revision }, user);
  const Env = [...usual.Env, ...(compat?.env ?? [])];
  return { ...mergeConfig({ ...usual, Env }, config), created };
}
