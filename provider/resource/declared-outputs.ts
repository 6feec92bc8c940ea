/**
 * Every output that the class declares, in every answer: the SDK takes one that is missing at a preview for
 * unknown, so everything that uses it would change at every preview. An output that the image does not have is
 * null.
 * @see @pulumi/pulumi runtime/rpc.ts, resolveProperties
 * @module
 */
import type { LixImageOutputs } from "../../sdk/outputs.ts";
import type { PropertyMap } from "./property-map.ts";

const NONE = {
  ref: null,
  digest: null,
  taggedRefs: null,
  mirrorRefs: null,
  revision: null,
  version: null,
  labels: null,
  packages: null,
  platforms: null,
  size: null,
  planKey: null,
  layers: null,
  referrers: null,
  drift: null,
} as const satisfies Record<keyof LixImageOutputs, null>;

export const DeclaredOutputs = {
  names: Object.keys(NONE),

  /** `outputs`, with null for each that is missing. */
  complete(outputs: PropertyMap): PropertyMap {
    const given = Object.entries(outputs).filter(([, value]) => value !== undefined);
    return { ...NONE, ...Object.fromEntries(given) };
  },
};
