/** Where `lix-image lock` finds packages that are not given by their store paths. One source serves all systems. @module */
import { join } from "node:path";
import { log } from "../../base/log.ts";
import { cacheFolder } from "../../image/folder.ts";
import { answersInMemory, type AnswerCache } from "../../resolve/answer-cache.ts";
import { REQUIRED_ATTRIBUTES } from "../../resolve/attributes.ts";
import { resolveChannel, type ChannelRelease } from "../../resolve/channel.ts";
import type { HydraOptions } from "../../resolve/hydra.ts";
import { lixRelease } from "../../resolve/lix-release.ts";
import type { LockedPackage, LockedPath } from "../../lock/lock.ts";
import { Pace } from "../../resolve/pace.ts";
import {
  findInChannel,
  packagesFromChannel,
  readChannelIndex,
} from "../../resolve/resolve-channel.ts";
import { packagesFromFlake, packagesFromNix, type NixQuestion } from "../../resolve/resolve-nix.ts";
import { lockTarball } from "../../resolve/locked-tarball.ts";
import type { StorePath } from "../../formats/nix/store-path.ts";
import { answersInFolder } from "./answer-folder.ts";
import type { LockArguments } from "./arguments.ts";
import type { LixArgument, NixpkgsArgument } from "./option-values.ts";

export interface PackageQuestion {
  readonly system: string;
  readonly attributes: readonly string[];
  readonly nixpkgs: NixpkgsArgument;
}

export interface PackageAnswer extends NixpkgsAnswer {
  readonly packages: ReadonlyMap<string, LockedPackage>;
}

interface NixpkgsAnswer {
  readonly nixpkgs: StorePath | undefined;
  /** Where nixpkgs comes from when no cache has it. */
  readonly source?: LockedPath | undefined;
}

export type PackageSource = (question: PackageQuestion) => Promise<PackageAnswer>;

/** Pauses, which tests against their own servers shorten. */
export interface LockTiming {
  readonly hydraIntervalMs?: number | undefined;
  readonly retryDelayMs?: number | undefined;
}

interface SourceOptions extends HydraOptions {
  /** For URLs whose contents may change: they are read once for all systems. */
  readonly ofThisRun: AnswerCache;
}

/** Half of what Hydra allows. @see provider/resolve/hydra.ts */
const HYDRA_INTERVAL_MS = 1000;

/** Sends no request before the source is called. */
export function openSource(args: LockArguments, timing: LockTiming): PackageSource {
  const options: SourceOptions = {
    pace: new Pace(timing.hydraIntervalMs ?? HYDRA_INTERVAL_MS),
    answers: answersInFolder(join(cacheFolder(), "answers")),
    ofThisRun: answersInMemory(),
    retryDelayMs: timing.retryDelayMs,
  };
  const { source } = args;
  switch (source.kind) {
    case "channel":
      return channelSource(args, source, options);
    case "nix":
      return evaluation((question) => packagesFromNix({ ...question, file: source.file }), options);
    case "flake": {
      const { reference } = source;
      return evaluation((question) => packagesFromFlake({ ...question, reference }), options);
    }
    case "paths":
    case "recorded":
      return async ({ nixpkgs }) => ({
        packages: new Map(),
        ...(await nixpkgsOf(nixpkgs, undefined, options)),
      });
  }
}

function evaluation(
  evaluate: (question: NixQuestion) => Promise<PackageAnswer>,
  options: SourceOptions,
): PackageSource {
  return async ({ system, attributes, nixpkgs }) => {
    const withNixpkgs = nixpkgs.kind === "of the source";
    const evaluated = await evaluate({ system, attributes, withNixpkgs });
    return withNixpkgs
      ? evaluated
      : { ...evaluated, ...(await nixpkgsOf(nixpkgs, undefined, options)) };
  };
}

function channelSource(
  args: LockArguments,
  { channel, lix }: { readonly channel: URL; readonly lix: LixArgument },
  options: SourceOptions,
): PackageSource {
  const attribute = lix.kind === "attribute" ? lix.attribute : "lix";
  const systems = args.systems.map((one) => one.system);
  const start = once(async () => {
    const release = await resolveChannel(channel, options);
    log.info(`${release.name}, revision ${release.revision}, ${release.evaluation.href}`);
    const attributes = [...REQUIRED_ATTRIBUTES, ...args.packages];
    const index = await readChannelIndex({ release, attributes, lix: attribute }, options);
    const released =
      lix.kind === "release" ? await lixRelease(lix.manifest, systems, options) : undefined;
    return { release, index, released };
  });
  return async ({ system, attributes, nixpkgs }) => {
    const { release, index, released } = await start();
    const ownLix = attributes.includes("nix") ? released?.get(system) : undefined;
    const asked = attributes.filter((name) => name !== "nix" || ownLix === undefined);
    const found = findInChannel({ release, attributes: asked, lix: attribute }, index);
    const packages = await packagesFromChannel({ release, system, found }, options);
    return {
      packages: ownLix === undefined ? packages : new Map([...packages, ["nix", ownLix]]),
      ...(await nixpkgsOf(nixpkgs, release, options)),
    };
  };
}

/** The nixpkgs to bundle, where no evaluation has determined it. */
async function nixpkgsOf(
  nixpkgs: NixpkgsArgument,
  release: ChannelRelease | undefined,
  options: SourceOptions,
): Promise<NixpkgsAnswer> {
  const tarball = async (url: URL, answers: AnswerCache) => {
    const source = await lockTarball({ url, name: "source", answers }, options);
    return { nixpkgs: source.storePath, source };
  };
  switch (nixpkgs.kind) {
    case "none":
      return { nixpkgs: undefined };
    case "path":
      return { nixpkgs: nixpkgs.storePath };
    case "tarball":
      return tarball(nixpkgs.url, options.ofThisRun);
    case "git": {
      if (release === undefined) return { nixpkgs: undefined };
      const url = `https://github.com/NixOS/nixpkgs/archive/${release.revision}.tar.gz`;
      return tarball(new URL(url), options.answers);
    }
    case "of the source":
      if (release === undefined) return { nixpkgs: undefined };
      return tarball(new URL("nixexprs.tar.xz", release.url), options.answers);
  }
}

function once<R>(work: () => Promise<R>): () => Promise<R> {
  let started: Promise<R> | undefined;
  return () => (started ??= work());
}
