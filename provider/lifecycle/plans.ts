/**
 * The plans that check made in this process, so that diff, which gets inputs only, can say what is in
 * a layer.
 * @module
 */
import type { Prepared } from "../build/prepare.ts";

const plans = new Map<string, Prepared>();

export function rememberPlan(prepared: Prepared): void {
  plans.set(prepared.planKey, prepared);
}

/** `planKey` may be unknown, or of another process. */
export const planOf = (planKey: unknown): Prepared | undefined =>
  typeof planKey === "string" ? plans.get(planKey) : undefined;
