/** What a new lock changes, for its review. @module */
import { isDeepStrictEqual } from "node:util";
import { ByteString } from "../base/byte-string.ts";
import { closureOf } from "../formats/nix/closure.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import { requiredOutputs } from "./consistency.ts";
import type { Lock, LockedPackage, LockedSystem } from "./lock.ts";

export interface SystemDifference {
  readonly system: string;
  /** The packages that differ from before, by attribute. */
  readonly packages: readonly PackageDifference[];
  readonly nixpkgs: Change<StorePath | undefined>;
  /** Unpacked bytes of everything. */
  readonly size: Change<number>;
  readonly newPaths: readonly StorePath[];
  readonly gonePaths: readonly StorePath[];
  /** In both locks, with different signatures or a different download size. */
  readonly changedPaths: readonly StorePath[];
}

export interface PackageDifference {
  readonly attribute: string;
  /** Undefined where it does not exist. */
  readonly package: Change<LockedPackage | undefined>;
  /** Unpacked bytes of the package's closure. */
  readonly closureSize: Change<number>;
}

export interface Change<T> {
  readonly before: T;
  readonly after: T;
}

/** One for each system of either lock; `before` is undefined when there was none. */
export function compareLocks(before: Lock | undefined, after: Lock): SystemDifference[] {
  const systems = new Set([...(before?.systems.keys() ?? []), ...after.systems.keys()]);
  return [...systems]
    .sort(ByteString.compare)
    .map((system) =>
      compareSystems(system, before?.systems.get(system), after.systems.get(system)),
    );
}

function compareSystems(
  system: string,
  before: LockedSystem | undefined,
  after: LockedSystem | undefined,
): SystemDifference {
  const attributes = new Set([
    ...(before?.packages.keys() ?? []),
    ...(after?.packages.keys() ?? []),
  ]);
  const packages = [...attributes].sort(ByteString.compare).map((attribute) => {
    const change = {
      before: before?.packages.get(attribute),
      after: after?.packages.get(attribute),
    };
    const closureSize = {
      before: packageSize(before, change.before),
      after: packageSize(after, change.after),
    };
    return { attribute, package: change, closureSize };
  });
  return {
    system,
    packages: packages.filter((one) => !samePackage(one.package)),
    nixpkgs: { before: before?.nixpkgs, after: after?.nixpkgs },
    size: {
      before: sizeOf(before, before?.paths.keys()),
      after: sizeOf(after, after?.paths.keys()),
    },
    newPaths: pathsOnlyIn(after, before),
    gonePaths: pathsOnlyIn(before, after),
    changedPaths: [...(after?.paths ?? [])].flatMap(([path, now]) => {
      const earlier = before?.paths.get(path);
      return earlier === undefined || isDeepStrictEqual(earlier, now) ? [] : [path];
    }),
  };
}

/** Whether the locks say the same about this system. */
export const isSameSystem = (one: SystemDifference): boolean =>
  one.nixpkgs.before === one.nixpkgs.after &&
  [one.packages, one.newPaths, one.gonePaths, one.changedPaths].every((list) => list.length === 0);

const samePackage = ({ before, after }: Change<LockedPackage | undefined>): boolean =>
  before === undefined || after === undefined
    ? before === after
    : sameContents(before, after) && sameMetadata(before, after);

/** Whether an image has the same of it. */
export function sameContents(before: LockedPackage, after: LockedPackage): boolean {
  const outputs = (one: LockedPackage): string => JSON.stringify([...one.outputs]);
  return (
    before.name === after.name &&
    before.version === after.version &&
    before.outputSpecified === after.outputSpecified &&
    before.priority === after.priority &&
    before.defaultOutput === after.defaultOutput &&
    before.outputsToInstall.join(" ") === after.outputsToInstall.join(" ") &&
    outputs(before) === outputs(after)
  );
}

/** Whether the locks have the same license, identifiers and homepage for it. */
const sameMetadata = (before: LockedPackage, after: LockedPackage): boolean =>
  before.license === after.license &&
  before.homepage === after.homepage &&
  isDeepStrictEqual(before.identifiers, after.identifiers);

function packageSize(system: LockedSystem | undefined, locked: LockedPackage | undefined): number {
  if (system === undefined || locked === undefined) return 0;
  const roots = requiredOutputs(locked).flatMap((output) => locked.outputs.get(output) ?? []);
  return sizeOf(
    system,
    closureOf(roots, (path) => system.paths.get(path)?.references ?? []),
  );
}

function sizeOf(system: LockedSystem | undefined, paths: Iterable<StorePath> = []): number {
  let size = 0;
  for (const path of paths) size += system?.paths.get(path)?.narSize ?? 0;
  return size;
}

const pathsOnlyIn = (one: LockedSystem | undefined, other: LockedSystem | undefined): StorePath[] =>
  [...(one?.paths.keys() ?? [])].filter((path) => other?.paths.has(path) !== true);
