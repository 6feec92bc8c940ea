/** Which properties of an image are secret, because an argument is. @module */
import type { PreviewOutput } from "../arguments/argument.ts";
import { ARGUMENT_LIST } from "../arguments/table.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import { PropertyValues, type SignedValues } from "./property-values.ts";

/** Digests and sizes tell nothing of what they are of. */
const TELLS_NOTHING: ReadonlySet<PreviewOutput> = new Set([
  "digest",
  "platforms",
  "size",
  "planKey",
]);

export const SecretOutputs = {
  /** @param inputs with signatures. @param values arguments and outputs, which get them. */
  mark(inputs: SignedValues, values: PropertyMap): PropertyMap {
    const marked = PropertyValues.withSecretsOf(inputs, values);
    const following = secretArguments(inputs).flatMap(([, { outputs, diff }]) =>
      // What is in the image follows into a reference by its digest alone.
      outputs.filter(
        (name) =>
          !TELLS_NOTHING.has(name) &&
          !(diff === "planKey" && (name === "ref" || name === "mirrorRefs")),
      ),
    );
    const secrets = following
      .filter((name) => values[name] !== undefined && !PropertyValues.hasSecret(marked[name]))
      .map((name) => [name, PropertyValues.secret(values[name])]);
    return { ...marked, ...Object.fromEntries(secrets) };
  },

  /** As the class of the Node SDK warns. */
  warnings(inputs: SignedValues): string[] {
    const names = secretArguments(inputs)
      .filter(([, { isPublished }]) => isPublished)
      .map(([name]) => name);
    if (names.length === 0) return [];
    return [`secret in ${names.join(", ")}: it will be readable in the image or its outputs`];
  },
};

const secretArguments = (inputs: SignedValues) =>
  ARGUMENT_LIST.filter(([name]) => PropertyValues.hasSecret(inputs[name]));
