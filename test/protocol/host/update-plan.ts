/**
 * Update plans: what `preview --save-plan` writes down and `up --plan` is held to. A value that the preview
 * did not know may become any value, or none; a property that it did not have may not come to be.
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/plan.go checkDiff
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step.go ConstrainedTo
 * @module
 */
import type { Op } from "./op.ts";
import { isObject, UNKNOWN } from "./wire.ts";
import type { Properties, Value } from "./wire.ts";

export type UpdatePlan = ReadonlyMap<string, ResourcePlan>;

interface ResourcePlan {
  readonly op: Op;
  readonly inputs: PropertiesDiff;
  readonly outputs: PropertiesDiff;
}

interface PropertiesDiff {
  readonly adds: Properties;
  readonly updates: Properties;
  readonly deletes: readonly string[];
}

const NO_DIFF: PropertiesDiff = { adds: {}, updates: {}, deletes: [] };

/** The plan of one operation while it is being made, checked against the plan that the operation was given. */
export class Planner {
  readonly #made = new Map<string, ResourcePlan>();
  readonly #given: UpdatePlan | undefined;

  constructor(given?: UpdatePlan) {
    this.#given = given;
  }

  get made(): UpdatePlan {
    return this.#made;
  }

  /** @param news what check answered at first; `op` what came of it. */
  register(urn: string, step: { op: Op; olds: Properties; news: Properties }): void {
    const inputs = difference(
      step.olds,
      step.news,
      (a, b) => JSON.stringify(a) === JSON.stringify(b),
    );
    this.#made.set(urn, { op: step.op, inputs, outputs: NO_DIFF });
    if (this.#given === undefined) return;
    const planned = this.#given.get(urn);
    const problems = violations(step.olds, step.news, planned?.inputs ?? NO_DIFF);
    if (problems.length > 0) throw new PlanViolated(`resource ${urn} violates plan`, problems);
    const constraint = planned?.op ?? "same";
    if (!(ALLOWED[constraint] ?? [constraint]).includes(step.op))
      throw new Error(
        `${step.op} is not allowed by the plan: this resource is constrained to ${constraint}`,
      );
  }

  registerOutputs(urn: string, olds: Properties, news: Properties): void {
    const outputs = difference(olds, news, (a, b) => JSON.stringify(a) === JSON.stringify(b));
    const made = this.#made.get(urn) ?? { op: "same", inputs: NO_DIFF, outputs };
    this.#made.set(urn, { ...made, outputs });
    if (this.#given === undefined) return;
    const problems = violations(olds, news, this.#given.get(urn)?.outputs ?? NO_DIFF);
    if (problems.length > 0) throw new PlanViolated("resource violates plan", problems);
  }
}

const ALLOWED: Readonly<Partial<Record<Op, readonly Op[]>>> = {
  create: ["same", "create"],
  update: ["same", "update"],
  replace: ["same", "update", "replace"],
};

/** A line for each property, as the engine writes it: what the plan has, what there is, the name. */
function violations(olds: Properties, news: Properties, plan: PropertiesDiff): string[] {
  const actual = difference(olds, news, agrees);
  const operation = (diff: PropertiesDiff, key: string): string => {
    if (key in diff.adds) return "+";
    if (key in diff.updates) return "~";
    return diff.deletes.includes(key) ? "-" : "=";
  };
  const keys = [
    ...Object.keys({ ...olds, ...news }),
    ...Object.keys({ ...plan.adds, ...plan.updates }),
  ];
  return [...new Set(keys)].sort().flatMap((key) => {
    const [planned, done] = [operation(plan, key), operation(actual, key)];
    const expected = plan.adds[key] ?? plan.updates[key];
    const got = news[key] ?? undefined;
    // What was not known may have come to nothing; what was to be added may be there by now.
    const isMet =
      expected === undefined
        ? planned === done || (planned === "-" && got === undefined)
        : got === undefined
          ? expected === UNKNOWN
          : agrees(expected, got) && !(planned === "~" && done === "+");
    return isMet ? [] : [`${planned}${done}${key}[${JSON.stringify(got)}]`];
  });
}

/** Null is no value. */
function difference(
  olds: Properties,
  news: Properties,
  same: (a: Value, b: Value) => boolean,
): PropertiesDiff {
  const adds: Record<string, Value> = {};
  const updates: Record<string, Value> = {};
  const deletes: string[] = [];
  for (const key of Object.keys({ ...olds, ...news })) {
    const [old, now] = [olds[key] ?? null, news[key] ?? null];
    if (old === null && now !== null) adds[key] = now;
    else if (old !== null && now === null) deletes.push(key);
    else if (!same(old, now)) updates[key] = now;
  }
  return { adds, updates, deletes };
}

/** Equal, except where one of them is unknown. */
function agrees(a: Value, b: Value): boolean {
  if (a === UNKNOWN || b === UNKNOWN) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item: Value, at) => agrees(item, b[at] ?? null));
  if (isObject(a) && isObject(b))
    return Object.keys({ ...a, ...b }).every((key) => {
      const [one, other] = [a[key] ?? null, b[key] ?? null];
      // What was not known may have come to nothing; nothing may come of what was not there.
      return (one !== null || other === null) && (one === UNKNOWN || agrees(one, other));
    });
  return a === b;
}

class PlanViolated extends Error {
  constructor(subject: string, problems: readonly string[]) {
    super(`${subject}: properties changed: ${problems.join(", ")}`);
  }
}
