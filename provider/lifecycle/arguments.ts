/**
 * The engine's `news`, parsed: what the program wrote, which of it is unknown, what is wrong with it.
 * @module
 */
import type { z } from "zod";
import { LixImageInputs, type LixImageSpec } from "../../sdk/args.ts";
import { LixImageError } from "../base/errors.ts";
import { isUnknown, PLACEHOLDERS, PREVIEW_OUTPUTS, UNKNOWN } from "./unknown.ts";

export interface CheckedArguments {
  /** Defaults applied; stand-ins where an argument is unknown. */
  readonly args: LixImageSpec;
  /** Names of the arguments that are, or contain, an unknown. */
  readonly unknown: ReadonlySet<string>;
  /** A preview, as the SDK says. */
  readonly dryRun: boolean;
}

/** Throws every mistake at once. */
export function parseArguments(news: Readonly<Record<string, unknown>>): CheckedArguments {
  const unknown = new Set<string>();
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(news)) {
    // Outputs come back here under ignoreChanges; keys with "__" are ours.
    if (name.startsWith("__") || OUTPUTS.has(name)) continue;
    if (!isUnknown(value)) given[name] = value;
    else {
      unknown.add(name);
      const placeholder = Object.entries(PLACEHOLDERS).find(([argument]) => argument === name)?.[1];
      if (placeholder !== undefined) given[name] = placeholder;
    }
  }
  return { args: parseInputs(given), unknown, dryRun: news["__dryRun"] === true };
}

/** The schema's verdict, as our errors. */
export function parseInputs(given: unknown): LixImageSpec {
  const read = LixImageInputs.safeParse(given);
  if (read.success) return read.data;
  throw new InvalidArguments(read.error.issues);
}

/** What check hands on as inputs for these arguments: as given, defaults applied, unknowns kept. */
export function wireArguments(checked: CheckedArguments): Record<string, unknown> {
  return {
    ...checked.args,
    ...Object.fromEntries([...checked.unknown].map((name) => [name, UNKNOWN])),
  };
}

const OUTPUTS: ReadonlySet<string> = new Set([...PREVIEW_OUTPUTS, "layers", "drift"]);

export class InvalidArguments extends LixImageError {
  readonly code = "INVALID_ARGUMENT";
  constructor(issues: readonly z.core.$ZodIssue[]) {
    const lines = issues.flatMap(describeIssue);
    super([...new Set(lines)].join("\n"));
  }
}

/** `extraPkgs[1]: …`; a union tells what each of its branches wanted. Values are never quoted: they may be secret. */
function describeIssue(issue: z.core.$ZodIssue): string[] {
  const path = pathOf(issue.path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => `${join(path, key)}: unknown argument`);
    case "invalid_union": {
      const branches = issue.errors.flat().map((inner) => inner.message.toLowerCase());
      return [
        `${path}: ${[...new Set(branches)].join(", or ") || "not one of the values allowed"}`,
      ];
    }
    default:
      return [`${path}: ${issue.message.toLowerCase()}`];
  }
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : join(text, String(key))),
    "",
  ) || "arguments";

const join = (path: string, key: string): string =>
  path === "" || path === "arguments" ? key : `${path}.${key}`;
