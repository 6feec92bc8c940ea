/**
 * Outputs that the program, or a transform of it, gives as if they were arguments. They are mistakes, unless the
 * engine has put them there: under `ignoreChanges` it copies what stands in the state, or a part of it, over what
 * the program gave.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { OutputNames } from "../arguments/output-names.ts";
import type { PropertyMap } from "./property-map.ts";

/** By name, the outputs that stand in a property map. */
export type OutputValues = ReadonlyMap<string, unknown>;

export const outputsIn = (map: PropertyMap): OutputValues =>
  new Map([...OutputNames.keys()].filter((name) => name in map).map((name) => [name, map[name]]));

/** The names of those that are mistakes. @param before what state has. @param memory gets it. */
export function givenOutputs(
  memory: { readonly outputsBefore: OutputValues[] },
  before: OutputValues,
  given: OutputValues,
): ReadonlySet<string> {
  if (given.size > 0 && before.size > 0) memory.outputsBefore.push(before);
  const states = [before, ...memory.outputsBefore];
  return new Set(
    [...given.keys()].filter(
      (name) => !states.some((state) => isPartOf(given.get(name), state.get(name))),
    ),
  );
}

/** @param given may lack some properties of its objects, but not all. */
function isPartOf(given: unknown, whole: unknown): boolean {
  if (typeof given !== "object" || given === null) return given === whole;
  if (typeof whole !== "object" || whole === null) return false;
  const entries = Object.entries(given);
  if (Array.isArray(given) || entries.length === 0) return isDeepStrictEqual(given, whole);
  return entries.every(
    ([key, value]) => Object.hasOwn(whole, key) && isPartOf(value, Reflect.get(whole, key)),
  );
}
