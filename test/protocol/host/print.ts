/**
 * What a person reads of an operation, in the manner of the CLI.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { isChange } from "./steps.ts";
import type { Op } from "./op.ts";
import type { Result, Step } from "./steps.ts";
import { STACK_TYPE, Urn } from "./urn.ts";
import { isSecret, UNKNOWN } from "./wire.ts";
import type { Properties, Value } from "./wire.ts";

const SIGNS = {
  create: "+",
  update: "~",
  replace: "+-",
  same: "=",
  read: ">",
  delete: "-",
} as const;
const WORDS: Readonly<Record<Op, string>> = {
  create: "to create",
  update: "to update",
  replace: "to replace",
  same: "unchanged",
  read: "to read",
  delete: "to delete",
  refresh: "refreshed",
};

/** One line for each step but the stack's own, its changed inputs below it, and a line of counts. */
export function describeSteps(result: Pick<Result, "steps" | "failed">): string {
  const steps = result.steps.filter((step) => Urn.type(step.urn) !== STACK_TYPE);
  const counts = Object.entries(WORDS).flatMap(([op, words]) => {
    const count = steps.filter((step) => step.op === op).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  return [
    ...steps.flatMap(describeStep),
    ...(counts.length === 0 ? [] : [counts.join(", ")]),
    ...(result.failed === undefined ? [] : [`error: ${result.failed}`]),
  ].join("\n");
}

function describeStep(step: Step): string[] {
  const head = `${sign(step).padEnd(2)} ${Urn.type(step.urn)} ${Urn.name(step.urn)}`;
  if (!isChange(step) || step.op === "delete") return [head];
  if (step.op === "refresh") {
    return [head, ...describeChanges(step.oldOutputs ?? {}, step.outputs ?? {})];
  }
  const replaces = new Set(step.diff?.replaces);
  return [head, ...describeChanges(step.oldInputs ?? {}, step.newInputs ?? {}, replaces)];
}

function sign(step: Step): string {
  if (step.op !== "refresh") return SIGNS[step.op];
  if (step.outputs === undefined) return "-";
  return isChange(step) ? "~" : "=";
}

/** Keys that begin with `__` are ours or the SDK's; the CLI hides them too. */
function describeChanges(olds: Properties, news: Properties, replaces?: Set<string>): string[] {
  return Object.keys({ ...olds, ...news })
    .sort()
    .filter((key) => !key.startsWith("__") && !isDeepStrictEqual(olds[key], news[key]))
    .map((key) => {
      const because = replaces?.has(key) === true ? "  (forces replacement)" : "";
      const before = olds[key] === undefined ? "" : `${show(olds[key])} => `;
      return `     ${key}: ${before}${show(news[key])}${because}`;
    });
}

const WIDTH = 90;

function show(value: Value | undefined): string {
  if (value === undefined) return "(none)";
  if (isSecret(value)) return "[secret]";
  if (value === UNKNOWN) return "[unknown]";
  const text = JSON.stringify(value, (_key, inner: Value) =>
    isSecret(inner) ? "[secret]" : inner === UNKNOWN ? "[unknown]" : inner,
  );
  return text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text;
}
