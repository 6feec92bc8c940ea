/**
 * From arguments to the plan of every platform: lock read and verified, packages resolved, profile
 * planned. Downloads only what the profile cannot be planned without.
 * @module
 */
import { LixImageError, throwAll } from "../base/errors.ts";
import type { Lock, LockedSystem } from "../lock/lock.ts";
import { readLock } from "../lock/read.ts";
import { verifyLock } from "../lock/verify.ts";
import { StorePath } from "../nix/store-path.ts";
import { comparePlatforms, platformOf } from "../oci/platform.ts";
import { importSource } from "../plan/import-source.ts";
import { resolvePackages, PathNotLocked } from "../plan/packages.ts";
import {
  planPlatform,
  type FlakeRegistry,
  type PlatformInput,
  type PlatformPlan,
} from "../plan/platform-plan.ts";
import { indexPlanKey, type PlanKey } from "../plan/recipe.ts";
import { targetName, type Spec } from "../plan/spec.ts";
import { learnListings, type LearnOptions } from "./listings.ts";
import type { Session } from "./session.ts";

export interface Prepared {
  readonly spec: Spec;
  readonly lock: Lock;
  /** Of the lock file's bytes, hex. */
  readonly lockSha256: string;
  readonly planKey: PlanKey;
  /** Sorted by platform, as the index has them. */
  readonly platforms: readonly PlatformPlan[];
}

export interface PrepareOptions {
  /** False: answer undefined instead of downloading a NAR. */
  readonly mayFetch: boolean;
  /** Of the arguments alone: thrown together with what the lock shows to be wrong. */
  readonly mistakes?: readonly unknown[];
  readonly signal?: AbortSignal | undefined;
}

/** Undefined only where `mayFetch` is false and a listing is unknown. */
export async function prepare(
  session: Session,
  spec: Spec,
  options: PrepareOptions,
): Promise<Prepared | undefined> {
  const mistakes = options.mistakes ?? [];
  const { lock, sha256 } = await readTrustedLock(session, spec).catch((error: unknown) =>
    throwAll([error, ...mistakes]),
  );
  const inputs = await platformInputs(spec, lock, mistakes);
  const image = targetName(spec);
  const platforms: PlatformPlan[] = [];
  for (const input of inputs) {
    const plan = await planWithListings(session, input, { ...options, lock, image });
    if (plan === undefined) return undefined;
    platforms.push(plan);
  }
  platforms.sort((a, b) => comparePlatforms(a.platform, b.platform));
  checkLabels(platforms);
  const planKey = indexPlanKey(platforms.map((each) => each.planKey));
  return { spec, lock, lockSha256: sha256, planKey, platforms };
}

async function planWithListings(
  session: Session,
  input: PlatformInput,
  options: LearnOptions,
): Promise<PlatformPlan | undefined> {
  const listingOf = (path: StorePath) => {
    const info = input.system.paths.get(path);
    return info && session.knowledge.listing(info.narHash);
  };
  for (;;) {
    const result = planPlatform(input, listingOf);
    if (result.kind === "planned") return result.plan;
    if (!(await learnListings(session, input, result.paths, options))) return undefined;
  }
}

async function readTrustedLock(session: Session, { lockFile }: Spec) {
  const read = await readLock(lockFile);
  const remembered = session.cache.verdicts;
  await verifyLock(read.lock, { file: lockFile, sha256: read.sha256, remembered });
  return read;
}

/** Throws all that is wrong with the arguments and with what the systems of the lock have for them. */
async function platformInputs(
  spec: Spec,
  lock: Lock,
  known: readonly unknown[],
): Promise<PlatformInput[]> {
  const mistakes = [...known];
  const inputs: PlatformInput[] = [];
  for (const name of spec.args.systems) {
    try {
      const system = lock.systems.get(name);
      if (system === undefined) throw new SystemNotLocked(name, spec, lock);
      inputs.push(await platformInput(spec, system));
    } catch (error) {
      mistakes.push(error);
    }
  }
  throwAll(mistakes);
  return inputs;
}

async function platformInput(spec: Spec, system: LockedSystem): Promise<PlatformInput> {
  const { args } = spec;
  const mistakes: unknown[] = [];
  const note = (error: unknown): undefined => void mistakes.push(error);
  const attempt = <T>(make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      return note(error);
    }
  };
  const platform = attempt(() => platformOf(system.system));
  if (args.bundleNixpkgs && system.nixpkgs === undefined)
    mistakes.push(new NixpkgsNotLocked(system.system, spec));
  const packages = attempt(() => resolvePackages(system, args.extraPkgs));
  const registry = await flakeRegistry(spec, system).catch(note);
  throwAll(mistakes);
  if (platform === undefined || packages === undefined) throw new RangeError("nothing was wrong");
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
    maxLayers: args.maxLayers,
    compression: spec.compression,
  };
}

async function flakeRegistry(spec: Spec, system: LockedSystem): Promise<FlakeRegistry | undefined> {
  const path = spec.flakeRegistry;
  if (path === undefined) return undefined;
  if (!StorePath.is(path)) return { kind: "imported", ...(await importSource(path)) };
  if (!system.paths.has(path)) throw new PathNotLocked(path, "flakeRegistry", system.system);
  return { kind: "locked", storePath: path };
}

/** Labels are also the index's annotations, so they cannot differ below it. */
function checkLabels(platforms: readonly PlatformPlan[]): void {
  const [first, ...rest] = platforms;
  for (const other of rest)
    for (const [label, value] of Object.entries(other.config.Labels))
      if (first !== undefined && first.config.Labels[label] !== value)
        throw new LabelsDiffer(label, first, other);
}

export class SystemNotLocked extends LixImageError {
  readonly code = "SYSTEM_NOT_LOCKED";
  constructor(system: string, spec: Spec, lock: Lock) {
    super(
      `systems: ${spec.lockFile} has no ${system}; it has ${[...lock.systems.keys()].join(", ")}`,
      { hint: `lock it: lix-image lock … --system ${system}` },
    );
  }
}

export class NixpkgsNotLocked extends LixImageError {
  readonly code = "NIXPKGS_NOT_LOCKED";
  constructor(system: string, spec: Spec) {
    super(`bundleNixpkgs: ${spec.lockFile} has no nixpkgs source for ${system}`, {
      hint: "lock it with `lix-image lock … --nixpkgs /nix/store/…-source`, or set bundleNixpkgs: false",
    });
  }
}

export class LabelsDiffer extends LixImageError {
  readonly code = "LABELS_DIFFER";
  constructor(label: string, a: PlatformPlan, b: PlatformPlan) {
    super(
      `systems: label ${label} is ${JSON.stringify(a.config.Labels[label])} on ${a.system} and ` +
        `${JSON.stringify(b.config.Labels[label])} on ${b.system}`,
      { hint: "lock the same version of nix for every system" },
    );
  }
}
