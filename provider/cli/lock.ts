/** `lix-image lock`: from named packages to a lock file. @module */
import { readFile } from "node:fs/promises";
import { LixImageError } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { missingAttributes, REQUIRED_ATTRIBUTES } from "../lock/attributes.ts";
import { requiredOutputs } from "../lock/consistency.ts";
import type { Lock, LockedPackage, LockedSystem } from "../lock/lock.ts";
import { parseLock } from "../lock/read.ts";
import { resolveClosure } from "../lock/resolve-closure.ts";
import { packagesFromNix } from "../lock/resolve-nix.ts";
import { packagesFromPaths } from "../lock/resolve-paths.ts";
import { verifyLock } from "../lock/verify.ts";
import { formatLock, writeLock } from "../lock/write.ts";
import { PublicKey } from "../nix/signature.ts";
import type { StorePath } from "../nix/store-path.ts";
import { openSubstituter } from "../substituter/open.ts";
import { type LockArguments, parseLockArguments, type SystemArguments } from "./lock-arguments.ts";
import { LOCK_HELP } from "./lock-help.ts";

/** Returns the exit code; throws UsageError for a wrong command line. */
export async function lockCommand(argv: string[]): Promise<number> {
  const args = parseLockArguments(argv);
  if (args.help) {
    process.stdout.write(LOCK_HELP);
    return 0;
  }
  // Packages of all systems first: a forgotten one should not show only after a thousand lookups.
  const wanted: WantedSystem[] = [];
  for (const system of args.systems) wanted.push(await wantedSystem(system, args));
  throwIfMissing(wanted);
  const systems = new Map<string, LockedSystem>();
  for (const system of wanted) systems.set(system.system, await lockSystem(system, args));
  const text = formatLock({ caches: args.caches, systems });
  // What is written can be read: the reader is the judge, as it will be later.
  const lock = parseLock(text, args.output);
  await verifyLock(lock, { file: args.output });
  await replace(args.output, text, lock);
  return 0;
}

interface WantedSystem {
  readonly system: string;
  readonly nixpkgs: StorePath | undefined;
  readonly packages: ReadonlyMap<string, LockedPackage>;
  readonly roots: ReadonlySet<StorePath>;
}

async function wantedSystem(given: SystemArguments, args: LockArguments): Promise<WantedSystem> {
  const byPath = packagesFromPaths(given.paths, args.priorities);
  const evaluated =
    args.nix === undefined
      ? undefined
      : await packagesFromNix({
          file: args.nix,
          system: given.system,
          attributes: [...new Set([...REQUIRED_ATTRIBUTES, ...args.packages])].filter(
            (attribute) => !byPath.has(attribute),
          ),
          withNixpkgs: given.nixpkgs === "from the Nix file",
        });
  const nixpkgs = given.nixpkgs === "from the Nix file" ? evaluated?.nixpkgs : given.nixpkgs;
  const packages = new Map([...(evaluated?.packages ?? []), ...byPath]);
  const roots = [
    ...given.paths.map((path) => path.storePath),
    ...[...packages.values()].flatMap((one) =>
      requiredOutputs(one).flatMap((output) => one.outputs.get(output) ?? []),
    ),
  ];
  const bundled = nixpkgs === "none" ? undefined : nixpkgs;
  return {
    system: given.system,
    nixpkgs: bundled,
    packages,
    roots: new Set(bundled === undefined ? roots : [...roots, bundled]),
  };
}

function throwIfMissing(systems: readonly WantedSystem[]): void {
  const missing = systems.flatMap(({ system, packages }) => {
    const attributes = missingAttributes(packages.keys());
    return attributes.length === 0 ? [] : [`${system}: ${attributes.join(", ")}`];
  });
  if (missing.length > 0) throw new MissingAttributes(missing);
}

async function lockSystem(wanted: WantedSystem, args: LockArguments): Promise<LockedSystem> {
  const keys = new Set(args.caches.flatMap((cache) => cache.trustedPublicKeys));
  const paths = await resolveClosure({
    roots: wanted.roots,
    substituters: args.caches.map((cache) => openSubstituter(cache.absoluteUrl)),
    keys: [...keys].map((key) => PublicKey.parse(key)),
    label: wanted.system,
  });
  return { system: wanted.system, nixpkgs: wanted.nixpkgs, packages: wanted.packages, paths };
}

async function replace(file: string, text: string, lock: Lock): Promise<void> {
  const before = await readFile(file, "utf8").catch(() => undefined);
  if (before !== text) await writeLock(file, text);
  const dropped = systemsOf(before, file).filter((system) => !lock.systems.has(system));
  if (dropped.length > 0) log.warn(`${file} had ${dropped.join(", ")} too; now it has not`);
  const verb = before === undefined ? "written" : before === text ? "unchanged" : "replaced";
  for (const system of lock.systems.values())
    log.info(
      `${file} ${verb}: ${system.system}, ${system.packages.size} packages, ` +
        `${system.paths.size} store paths${system.nixpkgs ? "" : ", no nixpkgs (set bundleNixpkgs: false)"}`,
    );
}

/** Of a lock that is about to go; one that cannot be read has nothing to lose. */
function systemsOf(text: string | undefined, file: string): string[] {
  try {
    return text === undefined ? [] : [...parseLock(text, file).systems.keys()];
  } catch {
    return [];
  }
}

export class MissingAttributes extends LixImageError {
  readonly code = "MISSING_ATTRIBUTES";
  constructor(missing: readonly string[]) {
    super(`the image needs these packages too: ${missing.join("; ")}`, {
      hint: "give each by --path ATTR=/nix/store/…, or all of them by --nix FILE",
    });
  }
}
