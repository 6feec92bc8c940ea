/** What `lix-image lock --update` and `--check` print under `--json`. @module */
import { isDeepStrictEqual } from "node:util";
import type { Change, PackageDifference, SystemDifference } from "../../lock/compare-locks.ts";
import type { LockedCache, LockedPackage } from "../../lock/lock.ts";
import type { ImageDifference } from "./image-difference.ts";

export interface LockDifference {
  /** Absolute path of the lock. */
  readonly file: string;
  /** Whether a lock that is made now has different bytes. */
  readonly changed: boolean;
  readonly caches: Change<readonly LockedCache[]>;
  readonly systems: readonly SystemDifference[];
  /** Undefined where it was not requested, nothing changed, or it is unknown. */
  readonly image: ImageDifference | undefined;
}

export const LockDifference = {
  hasOtherCaches: ({ caches }: LockDifference): boolean =>
    !isDeepStrictEqual(caches.before, caches.after),
};

/** The documented shape: docs/updating-locks.md. */
export function lockReport(difference: LockDifference) {
  const { file, changed, caches, systems, image } = difference;
  return {
    lock: file,
    changed,
    caches: LockDifference.hasOtherCaches(difference)
      ? { from: caches.before, to: caches.after }
      : null,
    systems: Object.fromEntries(systems.map((each) => [each.system, reportSystem(each)])),
    image: image === undefined ? null : reportImage(image),
  };
}

const reportSystem = (one: SystemDifference) => ({
  packages: one.packages.map(reportPackage),
  nixpkgs:
    one.nixpkgs.before === one.nixpkgs.after
      ? null
      : { from: one.nixpkgs.before ?? null, to: one.nixpkgs.after ?? null },
  paths: { added: one.newPaths, removed: one.gonePaths, changed: one.changedPaths },
  closureSize: { from: one.size.before, to: one.size.after },
});

function reportPackage({ attribute, package: { before, after }, closureSize }: PackageDifference) {
  return {
    attribute,
    change: kindOf(before, after),
    from: before === undefined ? null : reportLocked(before),
    to: after === undefined ? null : reportLocked(after),
    closureSize: { from: closureSize.before, to: closureSize.after },
  };
}

/** The kind of change to a package. */
export function kindOf(
  before: LockedPackage | undefined,
  after: LockedPackage | undefined,
): "added" | "removed" | "updated" | "rebuilt" | "changed" {
  if (before === undefined) return "added";
  if (after === undefined) return "removed";
  if (before.name !== after.name || before.version !== after.version) return "updated";
  // A different priority or choice of outputs needs no build.
  return isDeepStrictEqual(new Set(before.outputs.values()), new Set(after.outputs.values()))
    ? "changed"
    : "rebuilt";
}

const reportLocked = ({ name, version, outputs, license }: LockedPackage) => ({
  name,
  version: version ?? null,
  outputs: Object.fromEntries(outputs),
  ...(license === undefined ? {} : { license }),
});

const reportImage = ({ layers, newLayers, goneLayers, ...image }: ImageDifference) => ({
  arguments: image.arguments ?? null,
  platforms: image.platforms,
  layers: {
    from: layers.before ?? null,
    to: layers.after,
    added: newLayers.length,
    removed: goneLayers,
  },
  newLayers,
  pushSize: image.pushSize,
});
