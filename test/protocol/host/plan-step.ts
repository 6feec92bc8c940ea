/**
 * From what the program wants to what must be done: check and diff in the engine's order.
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type { Alias } from "./aliases.ts";
import type { ResourceState } from "./checkpoint.ts";
import { ignoreChanges } from "./ignore-changes.ts";
import type { Existing, Provider } from "./provider.ts";
import type { Difference } from "./steps.ts";
import { Urn } from "./urn.ts";
import type { Properties } from "./wire.ts";

/** What a program registers. */
export interface Goal {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string | undefined;
  readonly inputs: Properties;
  readonly dependencies: readonly string[];
  readonly aliases: readonly Alias[];
  /** `import`: take over what has this id. */
  readonly importId: string | undefined;
  readonly ignoreChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly protect: boolean | undefined;
  readonly retainOnDelete: boolean | undefined;
  readonly deleteBeforeReplace: boolean | undefined;
}

export interface PlannedStep {
  readonly op: "create" | "update" | "replace" | "same";
  readonly inputs: Properties;
  /** What check answered at first: an update plan is about this. */
  readonly checked: Properties;
  readonly diff?: Difference | undefined;
  readonly deleteBeforeReplace: boolean;
}

export interface PlanRequest {
  readonly urn: string;
  readonly goal: Goal;
  readonly old: ResourceState | undefined;
  readonly preview: boolean;
  readonly remediate: Remediation;
}

/**
 * What policies make of what check answered. A replacement, which is checked once more, loses it.
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
 *   continueStepsFromImport
 */
export type Remediation = (type: string, inputs: Properties) => Properties;

export async function planStep(provider: Provider, request: PlanRequest): Promise<PlannedStep> {
  const { urn, goal, old, preview } = request;
  const remediate = (inputs: Properties): Properties => request.remediate(goal.type, inputs);
  const check = async (olds: Properties, news: Properties): Promise<Properties> => {
    const { inputs, failures } = await provider.check({ urn, olds, news, preview });
    if (failures.length > 0) throw new CheckFailed(urn, failures);
    return inputs;
  };

  if (old === undefined) {
    const checked = await check({}, goal.inputs);
    return { op: "create", inputs: remediate(checked), checked, deleteBeforeReplace: false };
  }
  const wanted = ignoreChanges(goal.inputs, old.inputs, goal.ignoreChanges);
  const checked = await check(old.inputs, wanted);
  const inputs = remediate(checked);
  const diff = await difference(provider, existing(old), inputs);
  // A partial failure is repaired by an update that no diff can talk the engine out of.
  if (diff.changes === "none" && old.initErrors === undefined)
    return { op: "same", inputs, checked, diff, deleteBeforeReplace: false };
  if (diff.replaces.length === 0)
    return { op: "update", inputs, checked, diff, deleteBeforeReplace: false };
  if (old.protect === true) throw new Protected("replace", urn);
  return {
    op: "replace",
    // A replacement takes over nothing: checked again as if it were new.
    inputs: await check({}, goal.inputs),
    checked,
    diff,
    deleteBeforeReplace: goal.deleteBeforeReplace ?? diff.deleteBeforeReplace,
  };
}

/** A component has no provider: its inputs decide. */
export function planComponent(goal: Goal, old: ResourceState | undefined): PlannedStep {
  const same = old !== undefined && isDeepStrictEqual(goal.inputs, old.inputs);
  const op = old === undefined ? "create" : same ? "same" : "update";
  const { inputs } = goal;
  return { op, inputs, checked: inputs, deleteBeforeReplace: false };
}

export const existing = ({ urn, id, inputs, outputs }: ResourceState): Existing => ({
  urn,
  id: id ?? "",
  inputs,
  outputs,
});

/** If the provider does not know, the inputs decide. */
export async function difference(
  provider: Provider,
  old: Existing,
  newInputs: Properties,
): Promise<Difference> {
  const diff = await provider.diff(old, newInputs);
  if (diff.changes !== "unknown") return diff;
  return { ...diff, changes: isDeepStrictEqual(old.inputs, newInputs) ? "none" : "some" };
}

class CheckFailed extends Error {
  constructor(urn: string, failures: readonly { property: string; reason: string }[]) {
    const subject = `${Urn.type(urn)} resource '${Urn.name(urn)}'`;
    super(
      failures
        .map(({ property, reason }) =>
          property === ""
            ? `${subject} has a problem: ${reason}`
            : `${subject}: property ${property} has a problem: ${reason}`,
        )
        .join("\n"),
    );
  }
}

export class Protected extends Error {
  constructor(verb: "replace" | "delete", urn: string) {
    super(`unable to ${verb} resource "${urn}" as it is currently marked for protection`);
  }
}
