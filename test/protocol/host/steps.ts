/**
 * What an operation did, or a preview says it would do.
 * @module
 */
import type { Op } from "./op.ts";
import type { UpdatePlan } from "./update-plan.ts";
import type { Properties } from "./wire.ts";

/** A provider's answer to diff. A dynamic provider without `diff` answers "unknown". */
export interface Difference {
  readonly changes: "none" | "some" | "unknown";
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** By place, which difference it is. Only a plugin says it. */
  readonly detailed?: Readonly<Record<string, number>> | undefined;
}

/**
 * One step. Values are as on the wire: an unknown is {@link UNKNOWN}, a secret is wrapped.
 * A refresh that found nothing any more has no outputs.
 */
export interface Step {
  readonly op: Op;
  readonly urn: string;
  readonly oldInputs?: Properties | undefined;
  readonly oldOutputs?: Properties | undefined;
  readonly newInputs?: Properties | undefined;
  readonly outputs?: Properties | undefined;
  readonly diff?: Difference | undefined;
}

export interface Result {
  readonly steps: readonly Step[];
  /** The stack's outputs, without marks for secrets. */
  readonly outputs: Properties;
  /** The plan that `--save-plan` writes. */
  readonly plan: UpdatePlan;
  /** Lines of `Engine.Log` as `info: …`, `progress: …` (ephemeral), and what the processes printed. */
  readonly logs: readonly string[];
  /** What a user would read when the operation failed. */
  readonly failed?: string | undefined;
}

/** The steps that `--expect-no-changes` would complain about. */
export const changedSteps = (result: Result): readonly Step[] => result.steps.filter(isChange);

export function isChange(step: Step): boolean {
  if (step.op === "same" || step.op === "read") return false;
  // Its provider decides whether what was read matters.
  return step.op !== "refresh" || step.outputs === undefined || step.diff?.changes !== "none";
}
