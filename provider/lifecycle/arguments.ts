/**
 * The engine's `news`, parsed: what the program wrote, which of it is unknown, what is wrong with it.
 * @module
 */
import type { z } from "zod";
import { LixImageInputs, type LixImageSpec } from "../../sdk/args.ts";
import { InvalidArgument } from "../plan/invalid-argument.ts";
import { isUnknown, PLACEHOLDERS, PREVIEW_OUTPUTS, UNKNOWN } from "./unknown.ts";

export interface CheckedArguments {
  /** Defaults applied; stand-ins where an argument is unknown or wrong. */
  readonly args: LixImageSpec;
  /** What the schema says against them. Others may be found by `args`, and all are told at once. */
  readonly mistakes: readonly unknown[];
  /** Names of the arguments that are, or contain, an unknown. */
  readonly unknown: ReadonlySet<string>;
  /** A preview, as the SDK says. */
  readonly dryRun: boolean;
}

export function parseArguments(news: Readonly<Record<string, unknown>>): CheckedArguments {
  const unknown = new Set<string>();
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(news)) {
    // Outputs come back here under ignoreChanges; keys with "__" are ours.
    if (name.startsWith("__") || OUTPUTS.has(name)) continue;
    given[name] = isUnknown(value) ? placeholder(name) : value;
    if (isUnknown(value)) unknown.add(name);
  }
  const dryRun = news["__dryRun"] === true;
  const read = LixImageInputs.safeParse(given);
  if (read.success) return { args: read.data, mistakes: [], unknown, dryRun };
  const mistake = refusal(read.error.issues);
  const wrong = new Set(read.error.issues.flatMap(argumentsOf));
  // Nothing can be said of the rest without knowing which packages are meant.
  if (wrong.has("lock") || wrong.has("systems")) throw mistake;
  for (const name of wrong) given[name] = placeholder(name);
  return { args: parseInputs(withoutUndefined(given)), mistakes: [mistake], unknown, dryRun };
}

const placeholder = (name: string): unknown =>
  Object.entries(PLACEHOLDERS).find(([argument]) => argument === name)?.[1];

/** The arguments that an issue is about. */
const argumentsOf = (issue: z.core.$ZodIssue): string[] =>
  issue.path.length === 0 && issue.code === "unrecognized_keys"
    ? issue.keys
    : [String(issue.path[0])];

const withoutUndefined = (given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

/** The schema's verdict, as our errors. */
export function parseInputs(given: unknown): LixImageSpec {
  const read = LixImageInputs.safeParse(given);
  if (read.success) return read.data;
  throw refusal(read.error.issues);
}

/** What check hands on as inputs for these arguments: as given, defaults applied, unknowns kept. */
export function wireArguments(checked: CheckedArguments): Record<string, unknown> {
  return {
    ...checked.args,
    ...Object.fromEntries([...checked.unknown].map((name) => [name, UNKNOWN])),
  };
}

const OUTPUTS: ReadonlySet<string> = new Set([...PREVIEW_OUTPUTS, "layers", "drift"]);

/** One mistake a line, each with its path. */
function refusal(issues: readonly z.core.$ZodIssue[]): InvalidArgument {
  return new InvalidArgument([...new Set(issues.flatMap(describeIssue))].join("\n"));
}

/** `extraPkgs[1]: …`; a union tells what each of its branches wanted. Values are never quoted: they may be secret. */
function describeIssue(issue: z.core.$ZodIssue): string[] {
  const path = pathOf(issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${join(path, key)}: unknown argument`);
  if (issue.code === "invalid_union")
    return [`${path}: expected ${[...new Set(expectations(issue))].join(" or ")}`];
  return [`${path}: ${issue.message.toLowerCase()}`];
}

/** What each branch of a union, and of the unions in it, would have taken. */
function expectations(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_union" && issue.errors.length > 0)
    return issue.errors.flat().flatMap(expectations);
  if (issue.code === "invalid_type") return [issue.expected];
  return [issue.message.replace(/^.*?[:.] (expected )?/i, "").toLowerCase()];
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : join(text, String(key))),
    "",
  ) || "arguments";

const join = (path: string, key: string): string =>
  path === "" || path === "arguments" ? key : `${path}.${key}`;
