/**
 * A resource's outputs as state has them: written by any version of us, so nothing is taken for granted except
 * what this schema names.
 * @module
 */
import { z } from "zod";
import { Digest } from "../formats/oci/digest.ts";
import { fillTags } from "../plan/tags.ts";
import { argumentsIn, type GivenArguments } from "../arguments/table.ts";
import { Lenient } from "./lenient.ts";
import type { ImagePart } from "./recorded-blobs.ts";
import { recordedLayers } from "./recorded-layers.ts";
import { Target } from "./target.ts";
import type { PropertyMap } from "./property-map.ts";

const RecordedJson = z.object({
  planKey: Lenient.text,
  ref: Lenient.text,
  version: Lenient.text,
  tag: Lenient.text,
  extraTags: Lenient.strings,
  taggedRefs: Lenient.strings,
  /** Missing in states of the first releases. */
  mirrorRefs: z.array(z.string()).optional().catch(undefined),
  packages: Lenient.texts,
  platforms: Lenient.platforms,
  deleteFromRegistry: Lenient.flag,
  verifyBlobs: Lenient.flag,
  referrers: Lenient.referrers,
  drift: Lenient.strings,
  /** The text of a `ResourceState`. */
  __state: Lenient.text,
});

type Json = z.output<typeof RecordedJson>;

export interface Recorded extends Omit<Json, "__state"> {
  readonly args: GivenArguments;
  readonly target: Target;
  /** Digests. */
  readonly layers: ReadonlySet<string>;
  readonly state: Json["__state"];
}

/** One that was pushed, not looked up. */
export interface RecordedImage extends Recorded {
  /** The digest that was pushed. */
  readonly root: Digest;
}

export const Recorded = {
  parse(outputs: PropertyMap): Recorded {
    const { __state: state, ...read } = RecordedJson.parse(outputs);
    const args = argumentsIn(outputs);
    const layers = new Set(recordedLayers(outputs).map(({ digest }) => digest));
    return { ...read, args, target: Target.parse(args), layers, state };
  },

  /** The digest that was pushed: `ref` follows it, and a refresh leaves `ref` alone. */
  digest(recorded: Recorded): Digest | undefined {
    const digest = recorded.ref?.slice(recorded.ref.lastIndexOf("@") + 1);
    return digest === undefined ? undefined : Digest.parse(digest);
  },

  /** Undefined for `LixImage.get`, which has no planKey. @param isManaged it may lack one all the same. */
  image(recorded: Recorded, { isManaged = false } = {}): RecordedImage | undefined {
    const root = Recorded.digest(recorded);
    const isOurs = recorded.planKey !== undefined || isManaged;
    return !isOurs || root === undefined ? undefined : { ...recorded, root };
  },

  /** The manifests below an index, each with its platform. */
  children({ platforms = {} }: Recorded, root: Digest): ImagePart[] {
    return Object.entries(platforms)
      .map(([place, { digest }]) => ({ digest: Digest.parse(digest), place }))
      .filter(({ digest }) => digest !== root);
  },

  /** The tags that were pushed; `taggedRefs` has only those that the last refresh has found. */
  tags({ tag, extraTags, version, planKey, taggedRefs }: Recorded): string[] {
    if (tag === undefined || version === undefined || planKey === undefined)
      return taggedRefs.map((ref) => ref.slice(ref.lastIndexOf(":") + 1));
    return fillTags([tag, ...extraTags], { version, planKey });
  },
};
