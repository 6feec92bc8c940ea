/** From the arguments of `lix-image lock` to the content of the lock. @module */
import { formatBytes } from "../../base/format-bytes.ts";
import { log } from "../../base/log.ts";
import { missingAttributes, REQUIRED_ATTRIBUTES } from "../../resolve/attributes.ts";
import { requiredOutputs } from "../../lock/consistency.ts";
import type { Lock, LockedPackage, LockedPath, LockedSystem } from "../../lock/lock.ts";
import { CacheUse } from "../../resolve/cache-use.ts";
import { LIX_CACHE } from "../../resolve/lix-release.ts";
import { resolveClosure } from "../../resolve/resolve-closure.ts";
import { packagesFromPaths } from "../../resolve/resolve-paths.ts";
import { secondCopies } from "../../resolve/second-copies.ts";
import { PublicKey } from "../../formats/nix/signature.ts";
import type { StorePath } from "../../formats/nix/store-path.ts";
import { LateCaches } from "../../substituter/late-caches.ts";
import { openSubstituter } from "../../substituter/open.ts";
import type { Substituter } from "../../substituter/substituter.ts";
import type { LockArguments, SystemArguments } from "./arguments.ts";
import type { LockExport } from "./export.ts";
import { openSource, type LockTiming, type PackageSource } from "./package-source.ts";
import { usage } from "./option-values.ts";
import { lixError } from "../../errors/lix-error.ts";

export interface LockCircumstances {
  /** Packages that `args.only` does not name are taken from it. */
  readonly previous: Lock | undefined;
  readonly exported: LockExport | undefined;
  readonly timing: LockTiming;
}

export async function resolveLock(
  args: LockArguments,
  { previous, exported, timing }: LockCircumstances,
): Promise<Lock> {
  const source = openSource(args, timing);
  // The packages of all systems first, so that a missing one is reported before a thousand lookups.
  const wanted: WantedSystem[] = [];
  for (const given of args.systems) {
    const kept = previous === undefined ? undefined : keptFrom(previous, given.system, args);
    wanted.push(await wantedSystem(given, { args, source, kept }));
  }
  throwIfMissing(wanted);
  const substituters = [
    ...args.caches.map((cache) =>
      openSubstituter(cache.absoluteUrl, { retryDelayMs: timing.retryDelayMs }),
    ),
    ...(exported?.substituters ?? []),
  ];
  const caches = exported === undefined ? args.caches : [...args.caches, exported.cache];
  const keys = [...new Set(caches.flatMap((cache) => cache.trustedPublicKeys))].map((key) =>
    PublicKey.parse(key),
  );
  const lateCaches = new LateCaches();
  const use = new CacheUse(cachesOfInterest(args, substituters));
  const systems = new Map<string, LockedSystem>();
  for (const { system, nixpkgs, packages, known, roots } of wanted) {
    const caches = { substituters, keys, lateCaches, use };
    const paths = await resolveClosure({ ...caches, roots, known, label: system });
    systems.set(system, { system, nixpkgs, packages, paths });
  }
  // An update of some packages keeps most of the lock, for which no cache is asked.
  if (previous === undefined) for (const line of use.warnings()) log.warn(line);
  if (args.source.kind === "channel" && args.source.lix.kind === "release")
    for (const system of systems.values()) warnOfCopies(system);
  return { caches, systems };
}

/** Caches that the user chose; the one that a release of Lix needs is added by us. */
const cachesOfInterest = (
  { caches }: LockArguments,
  substituters: readonly Substituter[],
): string[] =>
  caches.flatMap(({ url }, at) => (url === LIX_CACHE.url ? [] : (substituters[at]?.url ?? [])));

/** A release of Lix was built with the nixpkgs of its day. */
function warnOfCopies(system: LockedSystem): void {
  const { names, paths, size } = secondCopies(system, "nix");
  if (names.length === 0) return;
  const some = names.length > 8 ? [...names.slice(0, 8), "…"] : names;
  log.warn(
    `${system.system}: the released Lix brings its own ${some.join(", ")}: ${paths} store paths, ` +
      `${formatBytes(size)}, that only it needs; \`--lix lix\` takes the channel's, which shares them`,
  );
}

interface WantedSystem {
  readonly system: string;
  readonly nixpkgs: StorePath | undefined;
  readonly packages: ReadonlyMap<string, LockedPackage>;
  readonly known: ReadonlyMap<StorePath, LockedPath>;
  readonly roots: ReadonlySet<StorePath>;
}

interface Circumstances {
  readonly args: LockArguments;
  readonly source: PackageSource;
  /** What `--update ATTR` keeps. */
  readonly kept: LockedSystem | undefined;
}

async function wantedSystem(
  given: SystemArguments,
  { args, source, kept }: Circumstances,
): Promise<WantedSystem> {
  const { system } = given;
  const byPath = packagesFromPaths(given.paths, args.priorities);
  const attributes = [...new Set([...REQUIRED_ATTRIBUTES, ...args.packages])].filter(
    (attribute) => !byPath.has(attribute),
  );
  const answer = await source(
    kept === undefined
      ? { system, attributes, nixpkgs: given.nixpkgs }
      : { system, attributes: args.only, nixpkgs: { kind: "none" } },
  );
  const packages = new Map([...(kept?.packages ?? []), ...answer.packages, ...byPath]);
  const nixpkgs = kept === undefined ? answer.nixpkgs : kept.nixpkgs;
  const roots = [
    ...given.paths.map((path) => path.storePath),
    ...[...packages.values()].flatMap((one) =>
      requiredOutputs(one).flatMap((output) => one.outputs.get(output) ?? []),
    ),
    ...(nixpkgs === undefined ? [] : [nixpkgs]),
  ];
  const known = new Map(kept?.paths);
  if (answer.source !== undefined) known.set(answer.source.storePath, answer.source);
  return { system, nixpkgs, packages, known, roots: new Set(roots) };
}

function keptFrom(previous: Lock, system: string, args: LockArguments): LockedSystem {
  const kept = previous.systems.get(system);
  if (kept === undefined)
    throw usage(`${args.output} has no ${system}: update all of it, without naming attributes`);
  const unknown = args.only.filter((attribute) => !kept.packages.has(attribute));
  if (unknown.length > 0)
    throw usage(`${args.output} has no package ${unknown.join(", ")}: add it with --package`);
  return kept;
}

function throwIfMissing(systems: readonly WantedSystem[]): void {
  const missing = systems.flatMap(({ system, packages }) => {
    const attributes = missingAttributes(packages.keys());
    return attributes.length === 0 ? [] : [`${system}: ${attributes.join(", ")}`];
  });
  if (missing.length > 0) throw lixError("MISSING_ATTRIBUTES", { missing });
}
