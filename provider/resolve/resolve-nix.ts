/** Packages from one evaluation by an installed Nix (2.4 or newer) or Lix. @module */
import { z } from "zod";
import { StorePath } from "../formats/nix/store-path.ts";
import type { LockedPackage } from "../lock/lock.ts";
import { FILE_EXPRESSION, flakeFunction } from "./nix-expression.ts";
import { DEFAULT_PRIORITY } from "../formats/nix/drv-name.ts";
import { packageMetadata } from "./package-metadata.ts";
import { runNix } from "./run-nix.ts";
import { lixError } from "../errors/lix-error.ts";

export interface NixQuestion {
  readonly system: string;
  readonly attributes: readonly string[];
  /** Whether `pkgs.path` is wanted: hashing a checkout of nixpkgs takes seconds. */
  readonly withNixpkgs: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface NixPackages {
  readonly nixpkgs: StorePath | undefined;
  readonly packages: ReadonlyMap<string, LockedPackage>;
}

/**
 * What a file evaluates to, by its absolute path. Evaluates; builds and downloads nothing but what the file
 * itself imports.
 */
export async function packagesFromNix(
  request: NixQuestion & { readonly file: string },
): Promise<NixPackages> {
  const argv = [
    ...["--eval", "--strict", "--json", "--expr", FILE_EXPRESSION],
    ...["--argstr", "file", request.file],
    ...["--argstr", "system", request.system],
    ...["--argstr", "attributes", JSON.stringify(request.attributes)],
    ...["--arg", "withNixpkgs", String(request.withNixpkgs)],
  ];
  const subject = request.file;
  const json = await runNix("nix-instantiate", argv, { subject, signal: request.signal });
  return understood(json, subject, request);
}

/**
 * What a flake has: `nixpkgs`, `.#packages`. Without a fragment `legacyPackages`; below it the packages
 * stand, or the systems with theirs. Nothing is written into the flake's own lock.
 */
export async function packagesFromFlake(
  request: NixQuestion & { readonly reference: string },
): Promise<NixPackages> {
  const { reference: given } = request;
  const reference = given.includes("#") ? given : `${given}#legacyPackages`;
  const argv = [
    ...["--extra-experimental-features", "nix-command flakes", "eval", "--json"],
    ...["--no-write-lock-file", "--apply", flakeFunction(request), reference],
  ];
  const json = await runNix("nix", argv, { subject: reference, signal: request.signal });
  return understood(json, reference, request);
}

function understood(json: string, subject: string, question: NixQuestion): NixPackages {
  const evaluated = Evaluated.safeParse(JSON.parse(json));
  if (!evaluated.success)
    throw lixError("UNUSABLE_NIX_FILE", {
      subject,
      mistakes: evaluated.error.issues.map(
        (issue) => `${placeOf(issue.path, question.attributes)}: ${issue.message}`,
      ),
    });
  const mistakes: string[] = [];
  const packages = new Map<string, LockedPackage>();
  for (const [index, record] of evaluated.data.packages.entries()) {
    const attribute = question.attributes[index] ?? "";
    const problem = problemOf(record, question.system);
    if (problem !== undefined) mistakes.push(`${attribute}: ${problem}`);
    else if (record.kind === "package") packages.set(attribute, lockedPackage(attribute, record));
  }
  if (mistakes.length > 0) throw lixError("UNUSABLE_NIX_FILE", { subject, mistakes });
  return { nixpkgs: evaluated.data.nixpkgs ?? undefined, packages };
}

const storePath = z
  .string()
  .refine(StorePath.is, "its path is not a store path")
  .transform((path) => StorePath.parse(path));

const PackageRecord = z.strictObject({
  kind: z.literal("package"),
  name: z.string(),
  version: z.string(),
  system: z.string().nullable(),
  outputs: z.array(z.strictObject({ name: z.string(), path: storePath })).min(1),
  path: storePath,
  outputsToInstall: z.array(z.string()).nullable(),
  priority: z.int().nullable(),
  outputSpecified: z.boolean(),
  metadata: z.unknown(),
});
type PackageRecord = z.output<typeof PackageRecord>;

const Found = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("missing") }),
  z.strictObject({ kind: z.literal("broken") }),
  PackageRecord,
]);
type Found = z.output<typeof Found>;

/** What the expressions of nix-expression.ts evaluate to. */
const Evaluated = z.strictObject({
  nixpkgs: storePath.nullable(),
  packages: z.array(Found),
});

function problemOf(found: Found, system: string): string | undefined {
  switch (found.kind) {
    case "missing":
      return "there is no such attribute";
    case "broken":
      return "does not evaluate (is it unfree, broken or renamed? `nix-instantiate FILE -A` shows why)";
    case "package":
      return found.system === null || found.system === system
        ? undefined
        : `is for ${found.system}; expected ${system} (make the file a function of { system })`;
  }
}

function lockedPackage(attribute: string, record: PackageRecord): LockedPackage {
  const outputs = new Map(record.outputs.map((output) => [output.name, output.path]));
  // What "${package}" is: the first output, but of `bind.dnsutils` that one.
  const own = record.outputs.find((output) => output.path === record.path);
  const chosen = own?.name ?? record.outputs[0]?.name ?? "out";
  return {
    attribute,
    name: record.name,
    version: record.version === "" ? undefined : record.version,
    outputs,
    defaultOutput: chosen,
    // buildEnv: without meta.outputsToInstall the element itself.
    outputsToInstall: record.outputSpecified ? [chosen] : (record.outputsToInstall ?? [chosen]),
    priority: record.priority ?? DEFAULT_PRIORITY,
    outputSpecified: record.outputSpecified,
    ...packageMetadata(record.metadata),
  };
}

function placeOf(path: readonly PropertyKey[], attributes: readonly string[]): string {
  const [part, index] = path;
  return part === "packages" && typeof index === "number"
    ? (attributes[index] ?? "packages")
    : String(part ?? "value");
}
