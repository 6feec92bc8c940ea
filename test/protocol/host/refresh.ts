/**
 * Refresh: what the providers read takes the place of what was recorded.
 * @module
 */
import type { ResourceState } from "./checkpoint.ts";
import { existing } from "./plan-step.ts";
import type { Providers } from "./providers.ts";
import type { Step } from "./steps.ts";
import { hideKeys } from "./wire.ts";

export interface Refreshed {
  readonly resources: readonly ResourceState[];
  readonly steps: readonly Step[];
}

/** A read that throws fails the whole refresh and changes nothing. */
export async function refreshAll(
  resources: readonly ResourceState[],
  providers: Providers,
): Promise<Refreshed> {
  const live: ResourceState[] = [];
  const steps: Step[] = [];
  for (const old of resources) {
    const refreshed = await refreshOne(old, providers);
    if (refreshed !== undefined) live.push(refreshed);
    if (old.custom && old.delete !== true) steps.push(refreshStep(old, refreshed));
  }
  return { resources: live, steps };
}

/** Undefined when the resource is gone. */
async function refreshOne(
  old: ResourceState,
  providers: Providers,
): Promise<ResourceState | undefined> {
  if (!old.custom || old.delete === true) return old;
  const found = await (await providers.of(old.type)).read(existing(old));
  if (found === undefined) return undefined;
  return {
    ...old,
    id: found.id,
    inputs: found.inputs ?? old.inputs,
    outputs: hideKeys(found.outputs, old.additionalSecretOutputs ?? []),
    initErrors: undefined,
  };
}

const refreshStep = (old: ResourceState, live: ResourceState | undefined): Step => ({
  op: "refresh",
  urn: old.urn,
  oldInputs: old.inputs,
  oldOutputs: old.outputs,
  newInputs: live?.inputs,
  outputs: live?.outputs,
});
