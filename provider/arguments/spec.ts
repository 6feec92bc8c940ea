/**
 * Arguments after the schema, with everything resolved that needs neither the lock nor the disk.
 * @module
 */
import { resolve } from "node:path";
import type { LixImageSpec } from "./schema.ts";
import type { Archive } from "../../sdk/args.ts";
import { throwAll } from "../base/errors.ts";
import type { LayerCompression } from "../formats/layer/layer-compression.ts";
import { checkHubPush } from "../formats/oci/docker-hub.ts";
import { platformOf, type Platform } from "../formats/oci/platform.ts";
import { Repository } from "../formats/oci/reference.ts";
import type { ImageUser } from "../formats/rootfs/image-user.ts";
import { nixConf } from "../formats/rootfs/nix-conf.ts";
import { atPath } from "./at-path.ts";
import { archiveMistakes, mirrorMistakes, missingDestination } from "./validate-destinations.ts";
import { fileWarnings } from "./file-warnings.ts";
import { nixConfWarnings } from "./nix-conf-warnings.ts";
import { channelMistakes } from "./validate-channel.ts";
import { InvalidArgument } from "../plan/invalid-argument.ts";
import type { FileSpec } from "../plan/read-files.ts";
import { imageUser, runtimeMistakes } from "./validate-runtime.ts";
import { checkTemplates } from "../plan/tags.ts";

/** Levels that an algorithm named without one gets; each pins the bytes. docs/decisions/0003. */
const DEFAULT_LEVEL = { gzip: 4, zstd: 3 } as const;

export interface Spec {
  readonly args: LixImageSpec;
  /** Undefined: archives only. */
  readonly repository: Repository | undefined;
  /** Further ones, each once. */
  readonly mirrors: readonly Repository[];
  /** By Nix system, in the order given. */
  readonly platforms: ReadonlyMap<string, Platform>;
  /** Absolute. */
  readonly lockFile: string;
  /** Absolute path, or a store path; undefined: none. */
  readonly flakeRegistry: string | undefined;
  /** With absolute paths. */
  readonly archives: readonly Archive[];
  readonly compression: LayerCompression;
  /** Whom the image runs as. */
  readonly user: ImageUser;
  /** With absolute sources. */
  readonly files: Readonly<Record<string, FileSpec>>;
  readonly policy: Policy;
  /** With an absolute path. Undefined: the image is not signed, or by a key that `args` has the fingerprint of. */
  readonly signingKey: SigningKeySource | undefined;
}

export type SigningKeySource = { readonly keyFile: string } | { readonly keyEnv: string };

/** What may be in the image. Undefined: everything that the lock trusts. */
export interface Policy {
  readonly allowedSigners: readonly string[] | undefined;
  readonly allowedLicenses: readonly string[] | undefined;
}

export interface SpecOptions {
  /** Relative paths are relative to it: the provider's working directory, or the folder of ARGS.json. */
  readonly directory: string;
  /** The command line can do without a destination among the arguments. */
  readonly destination: "required" | "optional";
  /** Names of the arguments that are at least partly unknown or wrong: nothing follows from them. */
  readonly incomplete?: ReadonlySet<string>;
}

/** Throws every mistake at once. */
export function makeSpec(args: LixImageSpec, options: SpecOptions): Spec {
  const { spec, mistakes } = draftSpec(args, options);
  throwAll(mistakes);
  return spec;
}

/** With its mistakes, for callers that look for further ones before they throw all of them. */
export interface SpecDraft {
  readonly spec: Spec;
  readonly mistakes: readonly unknown[];
  /** One line each: what is allowed, and probably not what was meant. */
  readonly warnings: readonly string[];
}

export function draftSpec(args: LixImageSpec, options: SpecOptions): SpecDraft {
  const mistakes: unknown[] = [];
  const attempt = <T>(make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      mistakes.push(error);
      return undefined;
    }
  };
  const name = attempt(() => nameOf(args));
  const repository = attempt(() => repositoryOf(args, name));
  const systems = args.systems.flatMap((system, index): [string, Platform][] => {
    const path = `systems[${index}]`;
    if (args.systems.indexOf(system) < index)
      mistakes.push(InvalidArgument.repeated(path, "system", system));
    const platform = attempt(() => atPath(path, () => platformOf(system)));
    return platform === undefined ? [] : [[system, platform]];
  });
  const mirrors = args.mirrors.flatMap(
    (text, index) => attempt(() => atPath(`mirrors[${index}]`, () => pushable(text))) ?? [],
  );
  const absolute = (path: string): string => resolve(options.directory, path);
  const archives = args.archives.map((each) => ({ ...each, path: absolute(each.path) }));
  mistakes.push(
    ...mirrorMistakes(args, repository),
    ...archiveMistakes(
      args,
      archives.map((each) => each.path),
    ),
  );
  if (options.destination === "required") mistakes.push(...missingDestination(args));
  mistakes.push(...channelMistakes(args), ...runtimeMistakes(args, options.incomplete));
  // Now rather than after the download of what the profile is planned from.
  attempt(() => nixConf(args.nixConf));
  attempt(() => checkTemplates([args.tag, ...args.extraTags]));
  const spec = {
    args,
    repository,
    mirrors,
    platforms: new Map(systems),
    lockFile: absolute(args.lock),
    flakeRegistry: args.flakeRegistry === undefined ? undefined : absolute(args.flakeRegistry),
    archives,
    compression: compressionOf(args.compression),
    user: imageUser(args.user),
    policy: policyOf(args, options.incomplete),
    signingKey: options.incomplete?.has("sign") ? undefined : keySourceOf(args, absolute),
    files: Object.fromEntries(
      Object.entries(args.files).map(([path, file]) => [path, withSource(file, absolute)]),
    ),
  };
  return {
    spec,
    mistakes,
    warnings: [...nixConfWarnings(args.nixConf), ...fileWarnings(args.files)],
  };
}

/** A partly unknown list would forbid what its unknown part allows. */
function policyOf(
  { allowedSigners, allowedLicenses }: LixImageSpec,
  incomplete: ReadonlySet<string> = new Set(),
): Policy {
  return {
    allowedSigners: incomplete.has("allowedSigners") ? undefined : allowedSigners,
    allowedLicenses: incomplete.has("allowedLicenses") ? undefined : allowedLicenses,
  };
}

function keySourceOf(
  { sign: { keyFile, keyEnv } = {} }: LixImageSpec,
  absolute: (path: string) => string,
): SigningKeySource | undefined {
  if (keyFile !== undefined) return { keyFile: absolute(keyFile) };
  return keyEnv === undefined ? undefined : { keyEnv };
}

const withSource = (file: FileSpec, absolute: (path: string) => string): FileSpec =>
  file.source === undefined ? file : { ...file, source: absolute(file.source) };

/** `registry/name`; the bare name where only archives are written. */
export function targetName({ repository, args }: Spec): string {
  return repository === undefined ? lowerCase(args.name) : `${repository.host}/${repository.name}`;
}

// docker.nix does so.
const lowerCase = (name = "lix"): string => name.toLowerCase();

function nameOf(args: LixImageSpec): string {
  const name = lowerCase(args.name);
  atPath("name", () => Repository.checkName(name));
  return name;
}

/** @param name undefined: a wrong one. */
function repositoryOf(args: LixImageSpec, name: string | undefined): Repository | undefined {
  const { registry, repository } = args;
  if (repository !== undefined) {
    if (registry !== undefined || args.name !== undefined)
      throw InvalidArgument.expected(
        "repository",
        "either repository, or registry and name",
        "both",
      );
    return atPath("repository", () => pushable(repository));
  }
  if (registry === undefined) return undefined;
  return atPath("registry", () => {
    const host = registry.replace(/\/+$/, "");
    // The name that is meant may have a namespace.
    if (name === undefined) return Repository.parse(`${host}/lix`);
    return pushable(`${host}/${name}`, `registry: "${host}/<your namespace>"`);
  });
}

/** @param write see {@link checkHubPush}. */
function pushable(text: string, write?: string): Repository {
  const repository = Repository.parse(text);
  checkHubPush(repository, write);
  return repository;
}

function compressionOf(compression: LixImageSpec["compression"]): LayerCompression {
  if (typeof compression !== "string") return compression;
  return { algorithm: compression, level: DEFAULT_LEVEL[compression] };
}
