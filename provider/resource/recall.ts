import { Known } from "../arguments/unknown.ts";
import { CheckedInputs } from "./checked-inputs.ts";
import { outputsIn } from "./given-outputs.ts";
import type { PropertyMap } from "./property-map.ts";
import type { ResourceSession } from "./resource-session.ts";
import { ResourceState } from "./state.ts";

/** Brings a session to where it would be if it had checked the images that were found unchanged without it. */
export function recall(session: ResourceSession): void {
  for (const [text, inputs] of session.unchanged) {
    if (session.recalled.has(text)) continue;
    session.recalled.add(text);
    recallInputs(session, inputs);
  }
}

function recallInputs(session: ResourceSession, inputs: PropertyMap): void {
  const { args, fingerprint, state, outputs } = CheckedInputs.parse(inputs);
  const checked = Known.value(fingerprint);
  if (checked !== undefined) session.answered.set(checked, args);
  session.outputsBefore.push(outputsIn(inputs));
  session.knownLayers.seed(ResourceState.parse(Known.value(state), session));
  session.knownLayers.seedPlan(Known.value(outputs.planKey));
}
