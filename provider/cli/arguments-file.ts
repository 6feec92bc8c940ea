/** ARGS.json: the arguments of the resource, in a file. @module */
import { dirname, resolve } from "node:path";
import type { LixImageSpec } from "../arguments/schema.ts";
import { LixImageError, throwAll } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { readFileWithin } from "../base/read-file.ts";
import { decodeUtf8 } from "../base/utf8.ts";
import { readInputs } from "../arguments/parse-arguments.ts";
import { parseStrictJson } from "../lock/strict-json.ts";
import { draftSpec, type Spec, type SpecOptions } from "../arguments/spec.ts";
import { lixError } from "../errors/lix-error.ts";

/**
 * Relative paths in the file are relative to it.
 * @param instead what the command line says, which replaces the file's arguments.
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
    throw lixError("ARGUMENTS_NOT_FOUND", { file: absolute }, { cause: error });
  }
  const directory = dirname(absolute);
  try {
    const { args, mistakes, wrong } = readInputs(parseStrictJson(text));
    const draft = draftSpec(
      { ...args, ...instead },
      // A destination that is wrong must not be reported as missing too.
      {
        directory,
        destination: mistakes.length > 0 ? "optional" : destination,
        incomplete: new Set(wrong.map(([name]) => String(name))),
      },
    );
    throwAll([...mistakes, ...draft.mistakes]);
    for (const warning of draft.warnings) log.warn(warning);
    return draft.spec;
  } catch (error) {
    throw lixError("ARGUMENTS_REFUSED", { file: absolute }, { cause: error });
  }
}
