/**
 * Deleting, of what a program no longer registers, of what was replaced, and of everything.
 * @module
 */
import type { ResourceState } from "./checkpoint.ts";
import { existing, Protected } from "./plan-step.ts";
import type { Providers } from "./providers.ts";
import type { Step } from "./steps.ts";

export interface RemovalOptions {
  readonly providers: Providers;
  readonly preview: boolean;
  /** Called after each one, so that a failure halfway leaves a true state. */
  readonly onRemoved: (state: ResourceState, step: Step) => void;
}

/** Dependents first: states are in the order in which they were made. */
export async function removeAll(
  states: readonly ResourceState[],
  options: RemovalOptions,
): Promise<void> {
  for (const state of states.toReversed()) {
    // Found when its turn comes; what depends on it has gone by then.
    if (state.protect === true && state.delete !== true) throw new Protected("delete", state.urn);
    if (!options.preview) await removeOne(state, options.providers);
    options.onRemoved(state, deletion(state));
  }
}

export async function removeOne(state: ResourceState, providers: Providers): Promise<void> {
  const ours = state.custom && state.external !== true && state.retainOnDelete !== true;
  if (ours) await (await providers.of(state.type)).delete(existing(state));
}

export const deletion = (state: ResourceState): Step => ({
  op: "delete",
  urn: state.urn,
  oldInputs: state.inputs,
  oldOutputs: state.outputs,
});
