/**
 * Outputs that check has not computed. At a preview check may answer that they are unknown; at an `up` that is
 * fatal to the engine, and the protocol does not tell check which of the two it is. So with known arguments check
 * names such outputs in a hidden property in place of answering them: with `previewDigests: false`, they wait
 * for the push.
 * @module
 */
import { isUnknown, PREVIEW_OUTPUTS, UNKNOWN } from "../arguments/unknown.ts";
import { argumentsIn } from "../arguments/table.ts";
import { DeclaredOutputs } from "../resource/declared-outputs.ts";
import type { PropertyMap } from "../resource/property-map.ts";

/** Names with two underscores are not shown. */
const DEFERRED = "__deferred";

export const DeferredOutputs = {
  /** @param inputs what check answers. */
  defer(inputs: PropertyMap): PropertyMap {
    // Only a preview has unknown arguments.
    if (isUnknown(argumentsIn(inputs))) return inputs;
    const unknown = Object.keys(inputs).filter((name) => isUnknown(inputs[name]));
    if (unknown.length === 0) return inputs;
    const known = Object.entries(inputs).filter(([name]) => !unknown.includes(name));
    return { ...Object.fromEntries(known), [DEFERRED]: unknown };
  },

  /** What {@link defer} has got. */
  restore({ [DEFERRED]: deferred, ...inputs }: PropertyMap): PropertyMap {
    const names = Array.isArray(deferred) ? deferred.map(String) : [];
    return { ...inputs, ...Object.fromEntries(names.map((name) => [name, UNKNOWN])) };
  },

  /** The outputs at a preview: those that check has computed. The others, such as layers, follow from the push. */
  preview: (inputs: PropertyMap): PropertyMap => ({
    ...DeclaredOutputs.complete(inputs),
    ...Object.fromEntries(ONLY_PUSHED.map((name) => [name, UNKNOWN])),
  }),
};

const ONLY_PUSHED = DeclaredOutputs.names.filter(
  (name) => !PREVIEW_OUTPUTS.some((each) => each === name),
);
