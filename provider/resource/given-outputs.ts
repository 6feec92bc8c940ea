import { isDeepStrictEqual } from "node:util";
import { OutputNames } from "../arguments/output-names.ts";
import type { PropertyMap } from "./property-map.ts";

/**
 * Names of the outputs that the program, or a transform of it, gives as if they were arguments. They are
 * mistakes, unless the engine has put them there: under `ignoreChanges` it copies what stands in the state,
 * or a part of it, over what the program gave.
 */
export function givenOutputs(olds: PropertyMap, news: PropertyMap): ReadonlySet<string> {
  const given = [...OutputNames.keys()].filter((name) => name in news);
  if (given.length > 0 && Object.keys(olds).length > 0) states.push(olds);
  return new Set(
    given.filter((name) => ![olds, ...states].some((state) => isPartOf(news[name], state[name]))),
  );
}

/** States of this process: the second check of a replacement gets none. */
const states: PropertyMap[] = [];

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
