/** What the schema of the arguments allows and fills in. @module */
import { z } from "zod";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import type { Rules } from "./json-rules.ts";

/** By argument. */
export function argumentRules(): ReadonlyMap<string, Rules> {
  const schema = z.toJSONSchema(LixImageInputs, { io: "input" }) as Rules;
  return new Map(Object.entries(schema.properties ?? {}));
}

/** `"1 to 127"`, `"at least one"`; undefined where the type says it all. */
export function boundsOf(rules: Rules): string | undefined {
  const { minimum, maximum } = rules;
  // zod's z.int() is bounded by what a double can count.
  if (maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER)
    return `${minimum} to ${maximum}`;
  return (rules.minItems ?? 0) > 0 ? "at least one" : undefined;
}

/** The levels of each compression: `"gzip: 1 to 9, default 4"`. */
export function compressionLevels(): string[] {
  const unions = argumentRules().get("compression")?.anyOf ?? [];
  return unions
    .flatMap((one) => one.oneOf ?? [])
    .flatMap(({ properties: { algorithm, level } = {} }) =>
      algorithm === undefined || level === undefined
        ? []
        : `${String(algorithm.const)}: ${boundsOf(level)}, default ${String(level.default)}`,
    );
}
