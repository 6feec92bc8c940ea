/**
 * Arguments after the schema, with everything resolved that needs neither the lock nor the disk.
 * @module
 */
import { isAbsolute, resolve } from "node:path";
import type { Archive, LixImageSpec } from "../../sdk/args.ts";
import { LixImageError, throwAll } from "../base/errors.ts";
import type { LayerCompression } from "../layer/compressor.ts";
import { Repository } from "../oci/reference.ts";
import { InvalidArgument } from "./invalid-argument.ts";
import { nixConf } from "../rootfs/nix-conf.ts";
import { fillTags } from "./tags.ts";

/** Levels that an algorithm named without one gets; each pins the bytes. docs/decisions/0003. */
export const DEFAULT_LEVEL = { gzip: 4, zstd: 3 } as const;

export interface Spec {
  readonly args: LixImageSpec;
  /** Undefined: archives only. */
  readonly repository: Repository | undefined;
  /** Further ones, each once. */
  readonly mirrors: readonly Repository[];
  /** Absolute. */
  readonly lockFile: string;
  /** Absolute path, or a store path; undefined: none. */
  readonly flakeRegistry: string | undefined;
  /** With absolute paths. */
  readonly archives: readonly Archive[];
  readonly compression: LayerCompression;
}

export interface SpecOptions {
  /** Relative paths are relative to it: the provider's working directory, or the folder of ARGS.json. */
  readonly directory: string;
  /** The command line can do without a destination among the arguments. */
  readonly destination: "required" | "optional";
}

/** Throws every mistake at once. */
export function makeSpec(args: LixImageSpec, options: SpecOptions): Spec {
  const { spec, mistakes } = draftSpec(args, options);
  throwAll(mistakes);
  return spec;
}

/** With its mistakes, for those who find further ones by it before they throw. */
export interface SpecDraft {
  readonly spec: Spec;
  readonly mistakes: readonly unknown[];
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
  const repository = attempt(() => repositoryOf(args));
  if (new Set(args.systems).size !== args.systems.length)
    mistakes.push(InvalidArgument.expected("systems", "each system once", args.systems.join(", ")));
  const published = repository !== undefined || args.archives.length > 0;
  if (options.destination === "required" && !published && mistakes.length === 0)
    mistakes.push(new NoDestination());
  const mirrors = args.mirrors.flatMap((text) => attempt(() => Repository.parse(text)) ?? []);
  const names = [repository ?? [], mirrors].flat().map(Repository.format);
  if (new Set(names).size !== names.length)
    mistakes.push(InvalidArgument.expected("mirrors", "each repository once", names.join(", ")));
  if (args.mirrors.length > 0 && args.registry === undefined && args.repository === undefined)
    mistakes.push(
      InvalidArgument.expected("mirrors", "registry or repository as well", "mirrors only"),
    );
  for (const [index, archive] of args.archives.entries())
    mistakes.push(...archiveMistakes(archive, `archives[${index}]`, args.systems));
  // Now rather than after the download of what the profile is planned from.
  attempt(() => nixConf(args.nixConf));
  attempt(() => fillTags([args.tag, ...args.extraTags], LIKELY_FACTS));
  const absolute = (path: string): string =>
    isAbsolute(path) ? path : resolve(options.directory, path);
  const spec = {
    args,
    repository,
    mirrors,
    lockFile: absolute(args.lock),
    flakeRegistry: args.flakeRegistry === undefined ? undefined : absolute(args.flakeRegistry),
    archives: args.archives.map((archive) => ({ ...archive, path: absolute(archive.path) })),
    compression: compressionOf(args.compression),
  };
  return { spec, mistakes };
}

/** Stand in for what the plan will say, so that a tag that cannot be one is refused before. */
const LIKELY_FACTS = { version: "2.93.3", planKey: "0".repeat(64) };

/** `registry/name`; the bare name where only archives are written. */
export function targetName({ repository, args }: Spec): string {
  return repository === undefined
    ? (args.name ?? "lix").toLowerCase()
    : `${repository.host}/${repository.name}`;
}

function repositoryOf(args: LixImageSpec): Repository | undefined {
  if (args.repository !== undefined) {
    if (args.registry !== undefined || args.name !== undefined)
      throw InvalidArgument.expected(
        "repository",
        "either repository, or registry and name",
        "both",
      );
    return Repository.parse(args.repository);
  }
  if (args.registry === undefined) return undefined;
  // docker.nix lower-cases the name.
  return Repository.parse(
    `${args.registry.replace(/\/+$/, "")}/${(args.name ?? "lix").toLowerCase()}`,
  );
}

function compressionOf(compression: LixImageSpec["compression"]): LayerCompression {
  if (typeof compression !== "string") return compression;
  return { algorithm: compression, level: DEFAULT_LEVEL[compression] };
}

/** Of what only the two together show. Names keep a slip from replacing a file of another kind. */
function archiveMistakes(
  { type, path, hydraBuildProducts }: Archive,
  where: string,
  systems: readonly string[],
): InvalidArgument[] {
  const isFile = type === "docker-archive" || path.endsWith(".tar");
  const mistakes: InvalidArgument[] = [];
  if (type === "docker-archive" && !/[^/]\.(tar|tar\.gz|tgz)$/.test(path))
    mistakes.push(
      InvalidArgument.expected(`${where}.path`, "a name ending in .tar, .tar.gz or .tgz", path),
    );
  if (type === "docker-archive" && systems.length > 1)
    mistakes.push(
      InvalidArgument.expected(
        `${where}.type`,
        "oci-layout",
        type,
        "a docker-archive holds one platform, and systems names several",
      ),
    );
  if (hydraBuildProducts === true && !isFile)
    mistakes.push(
      InvalidArgument.expected(
        `${where}.hydraBuildProducts`,
        "a path ending in .tar",
        path,
        "Hydra offers files for download, not folders",
      ),
    );
  return mistakes;
}

export class NoDestination extends LixImageError {
  readonly code = "NO_DESTINATION";
  constructor() {
    super("the image goes nowhere: neither registry, repository nor archives is given", {
      hint: 'give registry: "ghcr.io/acme", or archives: [{ type: "oci-layout", path: "image" }]',
    });
  }
}
