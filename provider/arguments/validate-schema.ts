/**
 * What the schema finds wrong in the arguments, in our words. Strings are not quoted, because they may be
 * secret, unless one of two or three words is expected.
 * @module
 */
import type { z } from "zod";
import type { Part } from "./argument.ts";
import { namesIn, partAt } from "./parts.ts";
import { InvalidArgument } from "../plan/invalid-argument.ts";
import { nearest } from "../plan/nearest.ts";
import { OutputNames } from "./output-names.ts";
import { JsonPath } from "./json-path.ts";

export interface SchemaMistake {
  readonly place: JsonPath;
  readonly error: InvalidArgument;
}

/** One for each place, in the schema's order. @param given what it was asked about. */
export function schemaMistakes(
  issues: readonly z.core.$ZodIssue[],
  given: unknown,
): SchemaMistake[] {
  const mistakes = issues
    .flatMap((issue) => innermost(issue, []))
    .flatMap(({ issue, place }): SchemaMistake[] =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => unknownName(place, key))
        : [{ place, error: misfit(place, JsonPath.read(given, place)) }],
    );
  // A number can be too big in two ways.
  const byPlace = new Map(mistakes.map((each) => [JsonPath.format(each.place), each]));
  return [...byPlace.values()];
}

interface Found {
  readonly issue: z.core.$ZodIssue;
  readonly place: JsonPath;
}

/** In a union, the mistakes of the branch that fits best: the one that refuses only a part of the value. */
function innermost(issue: z.core.$ZodIssue, within: JsonPath): Found[] {
  const keys = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  const place = [...within, ...keys];
  const branches = issue.code === "invalid_union" ? issue.errors : [];
  const fitting = branches.find((branch) => branch.every(({ path }) => path.length > 0));
  return fitting === undefined
    ? [{ issue, place }]
    : fitting.flatMap((inner) => innermost(inner, place));
}

function unknownName(within: JsonPath, name: string): SchemaMistake {
  const place = [...within, name];
  const instead = within.length === 0 ? OutputNames.get(name) : undefined;
  if (instead !== undefined) {
    const error = new InvalidArgument(`${name}: an output of LixImage, and no argument`, instead);
    return { place, error };
  }
  const names = namesIn(within);
  const [near] = nearest(name, names, 1);
  const question = near === undefined ? "" : `did you mean ${near}? `;
  const owner = within.length === 0 ? "LixImage" : JsonPath.format(within);
  return {
    place,
    error: new InvalidArgument(
      `${JsonPath.format(place)}: unknown argument`,
      `${question}${owner} has ${names.join(", ")}`,
    ),
  };
}

function misfit(place: JsonPath, value: unknown): InvalidArgument {
  const { expected, isPublic, hint } = partAt(place) ?? ANYTHING;
  const got =
    isPublic === true && typeof value === "string" ? JSON.stringify(value) : describe(value);
  const advice = hint?.(value) ?? hintFor(expected, value);
  return InvalidArgument.expected(JsonPath.format(place), expected, got, advice);
}

const ANYTHING: Part = { expected: "a value that JSON has" };

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === "") return "an empty string";
  if (typeof value === "string") return "a string";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** A stack's config gives a string, unless the program asks for another type. */
function hintFor(expected: string, value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  if (expected.startsWith("a list")) return "write a list, also of one: [...]";
  if (expected.startsWith("a whole number"))
    return "write it without quotes; from the stack's config: config.getNumber";
  if (expected === "true or false")
    return "write it without quotes; from the stack's config: config.getBoolean";
  return undefined;
}
