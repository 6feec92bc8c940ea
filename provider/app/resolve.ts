/**
 * From arguments to what is known of an image without its packages' contents: lock read and verified,
 * packages resolved. Nothing is downloaded.
 * @module
 */
import { throwAll, type LixImageError } from "../base/errors.ts";
import type { Lock, LockedSystem } from "../lock/lock.ts";
import { readLock } from "../lock/read-lock.ts";
import { verifyLock } from "../lock/verify-lock.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import { comparePlatforms } from "../formats/oci/platform.ts";
import { compatPackages, resolveCompat, type Compat } from "../plan/compat.ts";
import { importSource } from "../plan/import-source.ts";
import { namedPrograms } from "../plan/named-programs.ts";
import { resolvePackages, type PackageSet } from "../plan/packages.ts";
import { configOf, type FlakeRegistry, type PlatformInput } from "../plan/platform-input.ts";
import { readFiles } from "../plan/read-files.ts";
import type { Spec } from "../arguments/spec.ts";
import { packagePaths, requireAllowed } from "./policy.ts";
import type { Session } from "./session.ts";
import { lixError } from "../errors/lix-error.ts";

export interface Resolved {
  readonly spec: Spec;
  readonly lock: Lock;
  /** The digest of the lock file's bytes, hex. */
  readonly lockSha256: string;
  /** Sorted by platform, as the index has them. */
  readonly inputs: readonly PlatformInput[];
}

/** @param mistakes those in the arguments alone: they are thrown together with those that the lock reveals. */
export async function resolveImage(
  session: Session,
  spec: Spec,
  mistakes: readonly unknown[] = [],
): Promise<Resolved> {
  const read = await readTrustedLock(session, spec).catch((error: unknown) =>
    throwAll([error, ...mistakes]),
  );
  return resolveWithLock(spec, read, mistakes);
}

/** With a lock that may not be in its file yet. Its signatures are the caller's to check. */
export async function resolveWithLock(
  spec: Spec,
  { lock, sha256 }: { readonly lock: Lock; readonly sha256: string },
  mistakes: readonly unknown[] = [],
): Promise<Resolved> {
  const inputs = await platformInputs(spec, lock, mistakes);
  inputs.sort((a, b) => comparePlatforms(a.platform, b.platform));
  checkLabels(inputs);
  return { spec, lock, lockSha256: sha256, inputs };
}

/** Those of every platform: they are also the index's annotations, so they cannot differ below it. */
export function labelsOf(input: PlatformInput): Readonly<Record<string, string>> {
  return configOf(input).Labels;
}

/** Packages that `compat` works better with and that the lock lacks, each once. */
export const compatWarnings = (inputs: readonly PlatformInput[]): readonly string[] => [
  ...new Set(inputs.flatMap(({ compat }) => compat?.warnings ?? [])),
];

async function readTrustedLock(session: Session, { lockFile }: Spec) {
  const read = await readLock(lockFile);
  const remembered = session.cache.verdicts;
  await verifyLock(read.lock, { file: lockFile, sha256: read.sha256, remembered });
  return read;
}

/** Throws every mistake in the arguments, and every one that only the lock reveals. */
async function platformInputs(
  spec: Spec,
  lock: Lock,
  known: readonly unknown[],
): Promise<PlatformInput[]> {
  const mistakes = [...known];
  const inputs: PlatformInput[] = [];
  // Once for all platforms.
  const files = await readFiles(spec.files, spec.user).catch(
    (error: unknown) => void mistakes.push(error),
  );
  for (const [name, platform] of spec.platforms) {
    try {
      const system = lock.systems.get(name);
      if (system === undefined)
        throw lixError("SYSTEM_NOT_LOCKED", {
          lock: spec.lockFile,
          system: name,
          known: [...lock.systems.keys()],
        });
      const input = await platformInput(spec, system, { platform, files: files ?? [] });
      requireAllowed(spec, { lock, input, paths: packagePaths(input) });
      inputs.push(input);
    } catch (error) {
      mistakes.push(error);
    }
  }
  throwAll(mistakes);
  return inputs;
}

async function platformInput(
  spec: Spec,
  system: LockedSystem,
  { platform, files }: Pick<PlatformInput, "platform" | "files">,
): Promise<PlatformInput> {
  const { args } = spec;
  const mistakes: unknown[] = [];
  const note = (error: unknown): undefined => void mistakes.push(error);
  if (args.bundleNixpkgs && system.nixpkgs === undefined)
    mistakes.push(lixError("NIXPKGS_NOT_LOCKED", { lock: spec.lockFile, system: system.system }));
  let packages: PackageSet | undefined;
  let compat: Compat | undefined;
  try {
    const added = compatPackages(args.compat, system, args.extraPkgs);
    packages = resolvePackages(system, args.extraPkgs, added);
    compat = resolveCompat(args.compat, { system, platform, packages });
  } catch (error) {
    note(error);
  }
  const registry = await flakeRegistry(spec, system).catch(note);
  mistakes.push(...danglingLinks(spec, system));
  throwAll(mistakes);
  if (packages === undefined) throw new RangeError("nothing was wrong");
  return {
    system,
    platform,
    packages,
    nixpkgs: args.bundleNixpkgs ? system.nixpkgs : undefined,
    nixConf: args.nixConf,
    channelName: args.channelName,
    channelUrl: args.channelUrl,
    flakeRegistry: registry,
    revision: args.lixRevision,
    created: args.created,
    maxLayers: args.maxLayers,
    layering: args.layering,
    user: spec.user,
    compat,
    config: args.config,
    annotations: args.annotations,
    files,
    gcRoots: args.gcRoots,
    compression: spec.compression,
  };
}

/** Links, programs and shells in the store that would not be in the image. */
function danglingLinks(
  { files, user, args: { config } }: Spec,
  { system, paths }: LockedSystem,
): LixImageError[] {
  const targets = Object.entries(files).map(([name, { target = "" }]): [string, string] => [
    `files[${JSON.stringify(name)}].target`,
    target,
  ]);
  return [...targets, ...namedPrograms({ user, config })].flatMap(([argument, target]) => {
    const [path = ""] = /^\/nix\/store\/[^/]*/.exec(target) ?? [];
    if (path === "" || (StorePath.is(path) && paths.has(path))) return [];
    return lixError("PATH_NOT_LOCKED", { argument, path, system });
  });
}

async function flakeRegistry(spec: Spec, system: LockedSystem): Promise<FlakeRegistry | undefined> {
  const path = spec.flakeRegistry;
  if (path === undefined) return undefined;
  if (!StorePath.is(path)) return { kind: "imported", ...(await importSource(path)) };
  if (!system.paths.has(path))
    throw lixError("PATH_NOT_LOCKED", { path, argument: "flakeRegistry", system: system.system });
  return { kind: "locked", storePath: path };
}

function checkLabels([first, ...rest]: readonly PlatformInput[]): void {
  for (const other of rest)
    for (const [label, value] of Object.entries(labelsOf(other)))
      if (first !== undefined && labelsOf(first)[label] !== value)
        throw lixError("LABELS_DIFFER", {
          label,
          one: labelOf(first, label),
          other: labelOf(other, label),
        });
}

const labelOf = (input: PlatformInput, label: string) => ({
  system: input.system.system,
  value: labelsOf(input)[label],
});
