/**
 * The arguments at run time: bounds and defaults. The SDK does without it, because a type check of a user's
 * program would read zod's declarations, and its start would load zod.
 * @module
 */
import { z } from "zod";
import type { LixImageInputs as Documented } from "../../sdk/args.ts";
import { ARGUMENT_LIST, type ARGUMENTS } from "./table.ts";

/** As the program writes them. */
export type LixImageInputs = Documented;

type Shape = {
  readonly [Name in keyof typeof ARGUMENTS]: (typeof ARGUMENTS)[Name]["schema"];
};

/** What depends on other arguments or on the lock is checked later. */
export const LixImageInputs = z.strictObject(
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- Object.fromEntries forgets the names
  Object.fromEntries(ARGUMENT_LIST.map(([name, { schema }]) => [name, schema])) as Shape,
);

/** After the schema: defaults applied. */
export type LixImageSpec = z.output<typeof LixImageInputs>;
