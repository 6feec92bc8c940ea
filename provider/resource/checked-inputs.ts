/** What check answers: the resource's inputs, and at a preview its outputs. @module */
import { argumentsIn, type GivenArguments } from "../arguments/table.ts";
import { Known, UNKNOWN, type Unknown } from "../arguments/unknown.ts";
import { Lenient } from "./lenient.ts";
import { PreviewOutputs } from "./preview-outputs.ts";
import { toPropertyMap, type PropertyMap } from "./property-map.ts";
import { Target } from "./target.ts";

export interface CheckedInputs {
  /** Defaults applied, unknowns where they were. */
  readonly args: GivenArguments;
  readonly outputs: PreviewOutputs;
  /** Shown in place of platforms that are unknown. */
  readonly platformNames: readonly string[];
  /** The text of a `ResourceState`. */
  readonly state: Known<string | undefined> | Unknown;
  /** `ArgumentFingerprint` of the arguments that check saw. */
  readonly fingerprint: Known<string | undefined> | Unknown;
  /** The key of `Unchanged` with which check will answer the same. Undefined if it has to do all its work again. */
  readonly unchangedKey: Known<string | undefined> | Unknown;
}

export const CheckedInputs = {
  /** Any version of us may have answered it, and a policy may have changed it: nothing is taken for granted. */
  parse: (map: PropertyMap): CheckedInputs => ({
    args: argumentsIn(map),
    outputs: PreviewOutputs.parse(map),
    platformNames: [],
    state: Known.read(map["__state"], (text) => Lenient.text.parse(text)),
    fingerprint: Known.read(map["__checked"], (text) => Lenient.text.parse(text)),
    unchangedKey: Known.read(map["__unchanged"], (text) => Lenient.text.parse(text)),
  }),

  /** @param provider the text that the engine starts us by. */
  format: (inputs: CheckedInputs, provider?: unknown): PropertyMap =>
    toPropertyMap({
      ...inputs.args,
      ...PreviewOutputs.format(inputs.outputs),
      ...(inputs.platformNames.length > 0 ? { platforms: unknownPlatforms(inputs) } : {}),
      __state: Known.format(inputs.state),
      __checked: Known.format(inputs.fingerprint),
      __unchanged: Known.format(inputs.unchangedKey),
      __provider: provider,
    }),

  /** Where the image goes, as far as that is known. */
  target: ({ args }: CheckedInputs): Target => Target.parse(args),
};

const unknownPlatforms = ({ platformNames }: CheckedInputs): PropertyMap =>
  Object.fromEntries(
    platformNames.map((name) => [name, { digest: UNKNOWN, configDigest: UNKNOWN, size: UNKNOWN }]),
  );
