/** Why a store path is in an image: the shortest way from a package to it, one reference after the other. @module */
import type { ImagePackage } from "./image-contents.ts";

export interface Reason {
  /** A package, or the base system: where the way begins. */
  readonly root: string;
  /** The path before it on the way; undefined where the way begins. */
  readonly via: string | undefined;
}

/** The reason of every path. A path that no package needs is explained by a path that nothing else refers to. */
export function reasonsOf(
  paths: readonly string[],
  packages: readonly ImagePackage[],
  references: (path: string) => readonly string[],
): ReadonlyMap<string, Reason> {
  const there = new Set(paths);
  const reasons = new Map<string, Reason>();
  const root = (path: string, name: string): void => {
    if (there.has(path) && !reasons.has(path)) reasons.set(path, { root: name, via: undefined });
  };
  const reach = (): void => {
    // Breadth first: a Map goes on to what is added while it is walked.
    for (const [path, reason] of reasons)
      for (const reference of references(path))
        if (there.has(reference) && !reasons.has(reference))
          reasons.set(reference, { root: reason.root, via: path });
  };
  for (const { name, version, storePaths } of packages)
    for (const path of storePaths) root(path, version === "" ? name : `${name} ${version}`);
  reach();

  const rest = paths.filter((path) => !reasons.has(path));
  const referred = new Set(
    rest.flatMap((path) => references(path).filter((reference) => reference !== path)),
  );
  for (const path of rest) if (!referred.has(path)) root(path, BASE);
  reach();
  // Paths that refer to each other in a circle.
  for (const path of rest) {
    root(path, BASE);
    reach();
  }
  return reasons;
}

const BASE = "the base system";
