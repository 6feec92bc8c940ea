/** Packages from one evaluation by an installed Nix (2.4 or newer) or Lix. @module */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { LixImageError } from "../base/errors.ts";
import { StorePath } from "../nix/store-path.ts";
import type { LockedPackage } from "./lock.ts";
import { enumerate } from "./mistakes.ts";
import { NIX_EXPRESSION } from "./nix-expression.ts";
import { DEFAULT_PRIORITY } from "./package-name.ts";

export interface NixRequest {
  /** Absolute. */
  readonly file: string;
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

/** Evaluates; builds and downloads nothing but what the file itself imports. */
export async function packagesFromNix(request: NixRequest): Promise<NixPackages> {
  const evaluated = Evaluated.safeParse(JSON.parse(await evaluate(request)));
  if (!evaluated.success)
    throw new UnusableNixFile(
      request.file,
      evaluated.error.issues.map(
        (issue) => `${subject(issue.path, request.attributes)}: ${issue.message}`,
      ),
    );
  const mistakes: string[] = [];
  const packages = new Map<string, LockedPackage>();
  for (const [index, record] of evaluated.data.packages.entries()) {
    const attribute = request.attributes[index] ?? "";
    const problem = problemOf(record, request.system);
    if (problem !== undefined) mistakes.push(`${attribute}: ${problem}`);
    else if (record.kind === "package") packages.set(attribute, lockedPackage(attribute, record));
  }
  if (mistakes.length > 0) throw new UnusableNixFile(request.file, mistakes);
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
  outputName: z.string().nullable(),
  outputsToInstall: z.array(z.string()).nullable(),
  priority: z.int().nullable(),
  outputSpecified: z.boolean(),
});
type PackageRecord = z.output<typeof PackageRecord>;

const Found = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("missing") }),
  z.strictObject({ kind: z.literal("broken") }),
  PackageRecord,
]);
type Found = z.output<typeof Found>;

/** The value of {@link NIX_EXPRESSION}. */
const Evaluated = z.strictObject({
  nixpkgs: storePath.nullable(),
  packages: z.array(Found),
});

function problemOf(found: Found, system: string): string | undefined {
  switch (found.kind) {
    case "missing":
      return "there is no such attribute";
    case "broken":
      return "does not evaluate (is it unfree, broken or renamed? `nix-instantiate FILE -A` tells)";
    case "package":
      return found.system === null || found.system === system
        ? undefined
        : `is for ${found.system}; expected ${system} (make the file a function of { system })`;
  }
}

function lockedPackage(attribute: string, record: PackageRecord): LockedPackage {
  const outputs = new Map(record.outputs.map((output) => [output.name, output.path]));
  const first = record.outputs[0]?.name ?? "out";
  // `bind.dnsutils` knows which output it is; of `bind` itself the first one counts, whatever it says.
  const chosen = record.outputSpecified ? (record.outputName ?? first) : first;
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
  };
}

async function evaluate(request: NixRequest): Promise<string> {
  const child = spawn(
    "nix-instantiate",
    [
      ...["--eval", "--strict", "--json", "--expr", NIX_EXPRESSION],
      ...["--argstr", "file", request.file],
      ...["--argstr", "system", request.system],
      ...["--argstr", "attributes", JSON.stringify(request.attributes)],
      ...["--arg", "withNixpkgs", String(request.withNixpkgs)],
    ],
    { stdio: ["ignore", "pipe", "pipe"], ...(request.signal ? { signal: request.signal } : {}) },
  );
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  try {
    const [code, stdout, stderr] = await Promise.all([
      closed,
      text(child.stdout),
      text(child.stderr),
    ]);
    if (code !== 0) throw new NixEvaluationFailed(request.file, stderr);
    return stdout;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      throw new NixNotFound(error);
    throw error;
  }
}

function subject(path: readonly PropertyKey[], attributes: readonly string[]): string {
  const [part, index] = path;
  return part === "packages" && typeof index === "number"
    ? (attributes[index] ?? "packages")
    : String(part ?? "value");
}

export class NixNotFound extends LixImageError {
  readonly code = "NIX_NOT_FOUND";
  constructor(cause: unknown) {
    super("nix-instantiate is not on PATH", {
      cause,
      hint: "--nix needs an installed Nix or Lix; `lix-image lock --path ATTR=/nix/store/…` needs none",
    });
  }
}

// An evaluation trace is long; its end has the error.
const STDERR_LIMIT = 4000;

export class NixEvaluationFailed extends LixImageError {
  readonly code = "NIX_EVALUATION_FAILED";
  constructor(file: string, stderr: string) {
    const said = stderr.trim();
    super(`${file}: does not evaluate:\n${said.slice(-STDERR_LIMIT)}`, {
      hint: "it must give a set of packages such as nixpkgs, or a function of { system } that does",
    });
  }
}

export class UnusableNixFile extends LixImageError {
  readonly code = "UNUSABLE_NIX_FILE";
  constructor(file: string, mistakes: readonly string[]) {
    super(`${file}: ${enumerate(mistakes)}`, {
      hint: "add what is missing to the set that the file gives: pkgs // { nix = pkgs.lix; }",
    });
  }
}
