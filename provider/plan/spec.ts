/**
 * Arguments after the schema, with everything resolved that needs neither the lock nor the disk.
 * @module
 */
import { isAbsolute, resolve } from "node:path";
import type { Archive, LixImageSpec } from "../../sdk/args.ts";
import { LixImageError, throwAll } from "../base/errors.ts";
import type { LayerCompression } from "../layer/compressor.ts";
import { Repository } from "../oci/reference.ts";
import { nixConf } from "../rootfs/nix-conf.ts";
import { fillTags } from "./tags.ts";

/** Levels that an algorithm named without one gets; each pins the bytes. docs/decisions/0003. */
export const DEFAULT_LEVEL = { gzip: 4, zstd: 3 } as const;

export interface Spec {
  readonly args: LixImageSpec;
  /** Undefined: archives only. */
  readonly repository: Repository | undefined;
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
    mistakes.push(new InvalidArgument("systems", "each system once", args.systems.join(", ")));
  const published = repository !== undefined || args.archives.length > 0;
  if (options.destination === "required" && !published && mistakes.length === 0)
    mistakes.push(new NoDestination());
  for (const [index, { type }] of args.archives.entries())
    if (type !== "oci-layout")
      mistakes.push(
        new InvalidArgument(
          `archives[${index}].type`,
          "oci-layout",
          type,
          `not built yet; \`skopeo copy oci:DIR ${type}:FILE\` makes one from an oci-layout`,
        ),
      );
  // Now rather than after the download of what the profile is planned from.
  attempt(() => nixConf(args.nixConf));
  attempt(() => fillTags([args.tag, ...args.extraTags], LIKELY_FACTS));
  const absolute = (path: string): string =>
    isAbsolute(path) ? path : resolve(options.directory, path);
  const spec = {
    args,
    repository,
    lockFile: absolute(args.lock),
    flakeRegistry: args.flakeRegistry === undefined ? undefined : absolute(args.flakeRegistry),
    archives: args.archives.map(({ type, path }) => ({ type, path: absolute(path) })),
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
      throw new InvalidArgument("repository", "either repository, or registry and name", "both");
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

export class InvalidArgument extends LixImageError {
  readonly code = "INVALID_ARGUMENT";
  constructor(path: string, expected: string, got: string, hint?: string) {
    super(`${path}: expected ${expected}; got ${got}`, { hint });
  }
}

export class NoDestination extends LixImageError {
  readonly code = "NO_DESTINATION";
  constructor() {
    super("the image goes nowhere: neither registry, repository nor archives is given", {
      hint: 'give registry: "ghcr.io/acme", or archives: [{ type: "oci-layout", path: "image" }]',
    });
  }
}
