/** Every place in the arguments where a value may stand. @module */
import type { InnerPart } from "./argument.ts";
import type { JsonPath } from "./json-path.ts";
import { ARGUMENT_LIST } from "./table.ts";

/** By the kind of place: `archives[].path`, `nixConf.*`; "" is all arguments together. */
const PARTS: ReadonlyMap<string, InnerPart> = new Map<string, InnerPart>([
  ["", { expected: "an object of arguments" }],
  ...ARGUMENT_LIST.flatMap(([name, { parts = {}, ...entry }]): [string, InnerPart][] => [
    [name, entry],
    ...Object.entries(parts).map(([place, part]): [string, InnerPart] => [name + place, part]),
  ]),
]);

/** The same for all places of a kind. */
export const kindOf = (path: JsonPath): string =>
  path.reduce<string>((kind, key) => {
    if (typeof key === "number") return `${kind}[]`;
    if (PARTS.has(`${kind}.*`)) return `${kind}.*`;
    return kind === "" ? key : `${kind}.${key}`;
  }, "");

/** Undefined: nothing may stand there. */
export const partAt = (path: JsonPath): InnerPart | undefined => PARTS.get(kindOf(path));

/** What may stand in the object at this place, by name. */
export function namesIn(path: JsonPath): string[] {
  const kind = kindOf(path);
  const within = kind === "" ? "" : `${kind}.`;
  return [...PARTS.keys()]
    .filter((each) => each.startsWith(within) && /^\w+$/.test(each.slice(within.length)))
    .map((each) => each.slice(within.length))
    .sort();
}
