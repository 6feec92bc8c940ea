/**
 * Refresh: what the providers read takes the place of what was recorded.
 * @module
 */
import type { ResourceState } from "./checkpoint.ts";
import { difference, existing } from "./plan-step.ts";
import type { Providers } from "./providers.ts";
import type { Step } from "./steps.ts";
import { hideKeys } from "./wire.ts";

export interface Refreshed {
  readonly resources: readonly ResourceState[];
  readonly steps: readonly Step[];
}

/** All at once, as the engine does. A read that throws fails the whole refresh and changes nothing. */
export async function refreshAll(
  resources: readonly ResourceState[],
  providers: Providers,
): Promise<Refreshed> {
  const results = await Promise.allSettled(resources.map((old) => refreshOne(old, providers)));
  const refreshed = results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
  return {
    resources: refreshed.flatMap(({ live }) => live ?? []),
    steps: refreshed.flatMap(({ step }) => step ?? []),
  };
}

interface RefreshedOne {
  /** Undefined when the resource is gone. */
  readonly live: ResourceState | undefined;
  /** Undefined when there was nothing to read. */
  readonly step?: Step;
}

async function refreshOne(old: ResourceState, providers: Providers): Promise<RefreshedOne> {
  if (!old.custom || old.delete === true) return { live: old };
  const provider = await providers.of(old.type);
  const found = await provider.read(existing(old));
  if (found === undefined) return { live: undefined, step: refreshStep(old) };
  const live = {
    ...old,
    id: found.id,
    inputs: found.inputs ?? old.inputs,
    outputs: hideKeys(found.outputs, old.additionalSecretOutputs ?? []),
    initErrors: undefined,
  };
  // What an up without a change of the program would find: that is what a refresh shows.
  const diff = await difference(provider, existing(live), old.inputs);
  return {
    live,
    step: { ...refreshStep(old), newInputs: live.inputs, outputs: live.outputs, diff },
  };
}

const refreshStep = (old: ResourceState): Step => ({
  op: "refresh",
  urn: old.urn,
  oldInputs: old.inputs,
  oldOutputs: old.outputs,
});
