/**
 * ARGS.json, and what every command that takes it has in common.
 * @module
 */
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { LixImageSpec } from "../arguments/schema.ts";
import { LixImageError, renderLines, throwAll } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { readFileWithin } from "../base/read-file.ts";
import { decodeUtf8 } from "../base/utf8.ts";
import { readInputs } from "../arguments/parse-arguments.ts";
import { parseStrictJson } from "../lock/strict-json.ts";
import { draftSpec, type Spec, type SpecOptions } from "../arguments/spec.ts";
import { UsageError } from "./usage.ts";

const OPTIONS = {
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  oci: { type: "string" },
  "docker-archive": { type: "string" },
  daemon: { type: "boolean", default: false },
  podman: { type: "boolean", default: false },
  cached: { type: "boolean", default: false },
  paths: { type: "boolean", default: false },
} as const;

export interface CommandLine {
  readonly positionals: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
  /** An OCI image layout: a folder, or a tar. */
  readonly oci: string | undefined;
  /** A file. */
  readonly dockerArchive: string | undefined;
  /** Only of `load`. */
  readonly daemon: boolean;
  readonly podman: boolean;
  /** Only of `verify`. */
  readonly cached: boolean;
  /** Only of `inspect`. */
  readonly paths: boolean;
}

/** @param usage one line, shown with every mistake; options that it does not name are refused. */
export function parseCommandLine(argv: readonly string[], usage: string): CommandLine {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: OPTIONS,
      allowPositionals: true,
    });
    for (const [name, value] of Object.entries(values)) {
      if (value !== false && name !== "help" && !usage.includes(`--${name}`))
        throw new RangeError(`unknown option '--${name}'`);
      // It would be taken for the folder that the command is run in.
      if (value === "") throw new RangeError(`--${name}: expected a path; got an empty string`);
    }
    const { "docker-archive": dockerArchive, oci, ...flags } = values;
    return { positionals, oci, dockerArchive, ...flags };
  } catch (error) {
    throw new UsageError([...renderLines(error), `usage: ${usage}`]);
  }
}

/**
 * The file's arguments; relative paths in it are relative to it.
 * @param instead of the file's: what the command line says.
 */
export async function readArguments(
  file: string,
  destination: SpecOptions["destination"],
  instead: Partial<LixImageSpec> = {},
): Promise<Spec> {
  const absolute = resolve(file);
  let text: string;
  try {
    text = decodeUtf8(await readFileWithin("argumentBytes", absolute), absolute);
  } catch (error) {
    if (error instanceof LixImageError) throw error;
    throw new ArgumentsNotFound(absolute, error);
  }
  const directory = dirname(absolute);
  try {
    const { args, mistakes } = readInputs(parseStrictJson(text));
    const draft = draftSpec(
      { ...args, ...instead },
      // One that is wrong is not missing as well.
      { directory, destination: mistakes.length > 0 ? "optional" : destination },
    );
    throwAll([...mistakes, ...draft.mistakes]);
    for (const warning of draft.warnings) log.warn(warning);
    return draft.spec;
  } catch (error) {
    throw new ArgumentsRefused(absolute, error);
  }
}

export class ArgumentsNotFound extends LixImageError {
  readonly code = "ARGUMENTS_NOT_FOUND";
  constructor(file: string, cause: unknown) {
    super(`cannot read ${file}`, {
      cause,
      hint: 'write the arguments there: { "lock": "lix-image.lock.json", "registry": "localhost:5000" }',
    });
  }
}

export class ArgumentsRefused extends LixImageError {
  readonly code = "ARGUMENTS_REFUSED";
  constructor(file: string, cause: unknown) {
    super(file, { cause });
  }
}
