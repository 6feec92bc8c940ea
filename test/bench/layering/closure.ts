/** The store paths of an image at one revision, as far as layers depend on them. @module */
import type { StorePath } from "../../../provider/formats/nix/store-path.ts";
import type { LockedSystem } from "../../../provider/lock/lock.ts";
import { LAYER_GROUPS } from "../../../provider/formats/rootfs/default-packages.ts";

export interface ClosurePath {
  /** Within the closure. */
  readonly references: readonly StorePath[];
  readonly narSize: number;
}

export interface Closure {
  readonly paths: ReadonlyMap<StorePath, ClosurePath>;
  /** The paths of docker.nix's explicit layers. */
  readonly groups: readonly (readonly StorePath[])[];
}

/** All paths of a locked system but nixpkgs: its source has a layer of its own under every strategy. */
export function lockedClosure({ paths, packages, nixpkgs }: LockedSystem): Closure {
  return {
    paths: new Map([...paths].filter(([path]) => path !== nixpkgs)),
    groups: LAYER_GROUPS.map((group) =>
      group.flatMap((attribute) => {
        const found = packages.get(attribute);
        return found?.outputs.get(found.defaultOutput) ?? [];
      }),
    ),
  };
}

export const narSize = ({ paths }: Closure, path: StorePath): number =>
  paths.get(path)?.narSize ?? 0;

export const references = ({ paths }: Closure, path: StorePath): readonly StorePath[] =>
  (paths.get(path)?.references ?? []).filter((reference) => paths.has(reference));

export const bytesOf = (closure: Closure, layer: readonly StorePath[]): number =>
  layer.reduce((sum, path) => sum + narSize(closure, path), 0);
