/** What a push hands over for the state. @module */
import type { LixImageOutputs } from "../../sdk/outputs.ts";
import type { DestinationFailure } from "../app/publish.ts";
import type { GivenArguments } from "../arguments/table.ts";
import { Known } from "../arguments/unknown.ts";
import { ArgumentFingerprint } from "./argument-fingerprint.ts";
import type { CheckedInputs } from "./checked-inputs.ts";
import { DeclaredOutputs } from "./declared-outputs.ts";
import { PreviewOutputs } from "./preview-outputs.ts";
import { toPropertyMap, type PropertyMap } from "./property-map.ts";
import { withLayerNames } from "./recorded-layers.ts";

export interface PushedResource {
  /** `registry/name`: stable over all updates. */
  readonly id: string;
  readonly args: GivenArguments;
  readonly outputs: LixImageOutputs;
  /** The text of a `ResourceState`. */
  readonly state: string | undefined;
  /** What check answered. */
  readonly given: CheckedInputs;
  /** The further destinations that do not have the image. */
  readonly failures: readonly DestinationFailure[];
}

export const PushedResource = {
  /** @param provider the text that the engine starts us by. */
  format: ({ args, outputs, state, given }: PushedResource, provider?: unknown): PropertyMap =>
    toPropertyMap({
      ...args,
      ...DeclaredOutputs.complete(withLayerNames(outputs)),
      __state: state,
      // A refresh gets the outputs and has to return the inputs.
      __checked: Known.value(given.fingerprint),
      __unchanged: Known.value(given.unchangedKey),
      ...promisedBeside(given),
      __provider: provider,
    }),
};

/**
 * If the pushed image is not the one that check computed, check's answer is kept as `__promised` in the outputs:
 * a refresh has to return the same inputs, because the engine shows each that differs from those in state.
 */
function promisedBeside(given: CheckedInputs): PropertyMap {
  if (ArgumentFingerprint.belongs(given)) return {};
  const shown = {
    ...PreviewOutputs.format(given.outputs),
    __state: Known.format(given.state),
    __checked: Known.format(given.fingerprint),
    __unchanged: Known.format(given.unchangedKey),
  };
  // Null removes a value that check did not return.
  const promised = Object.entries(shown).map(([name, value]) => [name, value ?? null]);
  return { __promised: Object.fromEntries(promised) };
}
