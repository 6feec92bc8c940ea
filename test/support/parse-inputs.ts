import { readInputs } from "../../provider/arguments/parse-arguments.ts";
import type { LixImageSpec } from "../../provider/arguments/schema.ts";
import { throwAll } from "../../provider/base/errors.ts";

/** Arguments with their defaults applied; throws every mistake at once. */
export function parseInputs(given: unknown): LixImageSpec {
  const { args, mistakes } = readInputs(given);
  throwAll(mistakes);
  return args;
}
