/** Packages of one system from a channel: packages.json describes them, Hydra knows their store paths. @module */
import { measured, type Advance } from "../base/meter.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import type { ChannelRelease } from "./channel.ts";
import { attributesToRead, findAttribute, type FoundAttribute } from "./channel-attributes.ts";
import type { FetchOptions } from "./fetch-text.ts";
import { hydraBuild, type HydraBuild, type HydraOptions } from "./hydra.ts";
import type { LockedPackage } from "../lock/lock.ts";
import type { PackageMetadata } from "../lock/package-metadata.ts";
import { readPackageIndex, type IndexedPackage, type PackageIndex } from "./package-index.ts";
import { DEFAULT_PRIORITY, parseDrvName } from "../formats/nix/drv-name.ts";
import { lixError } from "../errors/lix-error.ts";

export interface ChannelQuestion {
  readonly release: ChannelRelease;
  readonly attributes: readonly string[];
  /** The channel's attribute that becomes `nix`: `lix`, `lixPackageSets.stable.lix`. */
  readonly lix: string;
}

/** The channel's index as far as `attributes` need it; one read serves all systems. */
export async function readChannelIndex(
  { release, attributes, lix }: ChannelQuestion,
  options: FetchOptions,
): Promise<PackageIndex> {
  const advance = (): Advance => ({
    done: "the list of packages",
    waitsFor: release.url.host,
    subject: release.name,
  });
  return measured(advance, () =>
    readPackageIndex(release.url, attributesToRead(attributes, lix), options),
  );
}

/** What the channel has for each attribute; throws UNKNOWN_ATTRIBUTES. */
export function findInChannel(
  { release, attributes, lix }: ChannelQuestion,
  index: PackageIndex,
): readonly FoundAttribute[] {
  const found = attributes.map((attribute) => findAttribute(attribute, index, lix));
  const unknown = attributes.filter((_, at) => found[at] === undefined);
  if (unknown.length > 0) {
    const attributes = unknown.map((attribute) => (attribute === "nix" ? lix : attribute));
    throw lixError("UNKNOWN_ATTRIBUTES", { release: release.name, attributes });
  }
  return found.filter((one) => one !== undefined);
}

/** Throws UNUSABLE_JOBS with every package that Hydra did not build. */
export async function packagesFromChannel(
  request: {
    readonly release: ChannelRelease;
    readonly system: string;
    readonly found: readonly FoundAttribute[];
  },
  options: HydraOptions,
): Promise<ReadonlyMap<string, LockedPackage>> {
  const { release, system, found } = request;
  const jobs = new Jobs(release, system, options);
  const mistakes: string[] = [];
  const packages = new Map<string, LockedPackage>();
  let asked = 0;
  const advance = (): Advance => ({
    done: `${asked} of ${found.length} packages asked for`,
    share: asked / Math.max(1, found.length),
    waitsFor: release.evaluation.host,
    subject: system,
  });
  await measured(advance, async (meter) => {
    for (const one of found) {
      const build = await jobs.build(one.channelAttribute);
      const locked = typeof build === "string" ? build : lockedPackage(one, build);
      if (typeof locked === "string") mistakes.push(`${one.attribute}: ${locked}`);
      else packages.set(one.attribute, locked);
      asked += 1;
      meter.moved();
    }
  });
  if (mistakes.length > 0)
    throw lixError("UNUSABLE_JOBS", { evaluation: release.evaluation, system, mistakes });
  return packages;
}

/** The builds of one evaluation for one system, by attribute. */
class Jobs {
  readonly #release: ChannelRelease;
  readonly #system: string;
  readonly #options: HydraOptions;
  readonly #builds = new Map<string, HydraBuild | string>();
  /** Jobsets of the project nixos have nixpkgs under a name; the release's folder names the project. */
  #prefixes: readonly string[];

  constructor(release: ChannelRelease, system: string, options: HydraOptions) {
    this.#release = release;
    this.#system = system;
    this.#options = options;
    const nixos = /\/nixos\//.test(release.url.pathname);
    this.#prefixes = nixos ? ["nixpkgs.", ""] : ["", "nixpkgs."];
  }

  /** A build that can be used, or why there is none. */
  async build(attribute: string): Promise<HydraBuild | string> {
    const known = this.#builds.get(attribute);
    if (known !== undefined) return known;
    const answer = await this.#ask(attribute);
    this.#builds.set(attribute, answer);
    return answer;
  }

  async #ask(attribute: string): Promise<HydraBuild | string> {
    const { evaluation } = this.#release;
    for (const prefix of this.#prefixes) {
      const job = `${prefix}${attribute}.${this.#system}`;
      const build = await hydraBuild(evaluation, job, this.#options);
      if (build === undefined) continue;
      this.#prefixes = [prefix];
      return problemOf(build, this.#system, Number(evaluation.pathname.split("/").at(-1))) ?? build;
    }
    return `no job ${this.#prefixes[0]}${attribute}.${this.#system}`;
  }
}

function problemOf(build: HydraBuild, system: string, evaluation: number): string | undefined {
  const named = `build ${build.id} of ${build.job}`;
  if (!build.jobsetevals.includes(evaluation))
    return `${named} is of evaluation ${build.jobsetevals.join(", ")}; the channel is of ${evaluation}`;
  if (build.system !== system) return `${named} is for ${build.system}`;
  if (build.finished !== 1) return `${named} is not finished`;
  return build.buildstatus === 0 ? undefined : `${named} failed (status ${build.buildstatus})`;
}

/** Joins both halves, or returns why they do not match. */
function lockedPackage(found: FoundAttribute, build: HydraBuild): LockedPackage | string {
  const { indexed, output } = found;
  // Other systems may have another version, but what is indexed is x86_64-linux.
  if (build.system === "x86_64-linux" && build.nixname !== indexed.name)
    return `build ${build.id} is ${build.nixname}; the channel has ${indexed.name}`;
  const outputs = orderedOutputs(build, indexed.outputs);
  const [first] = indexed.outputs;
  const chosen = output ?? first;
  if (!outputs.has(chosen)) return `build ${build.id} has no path for the output ${chosen}`;
  const installed = indexed.outputsToInstall?.filter((name) => outputs.has(name)) ?? [];
  return {
    attribute: found.attribute,
    name: build.nixname,
    version: versionOf(build.nixname, indexed.name, indexed.version),
    outputs,
    defaultOutput: chosen,
    outputsToInstall: output !== undefined || installed.length === 0 ? [chosen] : installed,
    priority: indexed.priority ?? DEFAULT_PRIORITY,
    outputSpecified: output !== undefined,
    ...metadataOf(indexed, build),
  };
}

/** Identifiers name a version, so they are left out where a system has another one than the channel's list. */
function metadataOf({ name, metadata }: IndexedPackage, build: HydraBuild): PackageMetadata {
  if (build.nixname === name) return metadata;
  const { identifiers: _, ...rest } = metadata;
  return rest;
}

/** Hydra's paths in the channel's order; outputs that only this system has come last. */
function orderedOutputs(
  build: HydraBuild,
  order: readonly string[],
): ReadonlyMap<string, StorePath> {
  const others = Object.keys(build.buildoutputs).filter((name) => !order.includes(name));
  return new Map(
    [...order, ...others.sort()].flatMap((name) => {
      const path = build.buildoutputs[name]?.path ?? undefined;
      return path === undefined ? [] : [[name, path] as const];
    }),
  );
}

/** The channel's version, if it is for the same package. */
const versionOf = (built: string, indexed: string, version: string | undefined) =>
  built === indexed && version !== undefined ? version : parseDrvName(built).version;
