/**
 * A resource's outputs as state has them: written by any version of us, so nothing is taken for
 * granted but what this schema names.
 * @module
 */
import { z } from "zod";
import { Digest } from "../formats/oci/digest.ts";
import { Repository } from "../formats/oci/reference.ts";
import { fillTags } from "../plan/tags.ts";
import type { ImagePart } from "./recorded-blobs.ts";
import type { Wire } from "./wire.ts";

const strings = z.array(z.string()).catch([]);
const text = z.string().optional().catch(undefined);

const RecordedJson = z.object({
  planKey: text,
  ref: text,
  version: text,
  tag: text,
  extraTags: strings,
  taggedRefs: strings,
  // As check has them: without the layers that are told after `up`.
  platforms: z
    .record(
      z.string(),
      z.object({ digest: z.string(), configDigest: z.string(), size: z.number() }),
    )
    .optional()
    .catch(undefined),
  mirrors: strings,
  archives: z.unknown().optional(),
  deleteFromRegistry: z.boolean().catch(false),
  verifyBlobs: z.boolean().catch(false),
  drift: strings,
  registry: text,
  repository: text,
  name: text,
});

export type Recorded = z.output<typeof RecordedJson>;

export const Recorded = {
  parse: (outputs: Wire): Recorded => RecordedJson.parse(outputs),

  /** Undefined: archives only. */
  repository(recorded: Recorded): Repository | undefined {
    if (recorded.repository !== undefined) return Repository.parse(recorded.repository);
    if (recorded.registry === undefined) return undefined;
    return Repository.parse(`${recorded.registry.replace(/\/+$/, "")}/${nameOf(recorded)}`);
  },

  /** All that the image was pushed to, mirrors after the first. */
  repositories(recorded: Recorded): Repository[] {
    const mirrors = recorded.mirrors.map((mirror) => Repository.parse(mirror));
    return [Recorded.repository(recorded) ?? [], mirrors].flat();
  },

  /** The resource's id: `registry/name`, or the bare name where only archives are written. */
  target(recorded: Recorded): string {
    const repository = Recorded.repository(recorded);
    return repository === undefined ? nameOf(recorded) : Repository.format(repository);
  },

  /** The digest that was pushed: `ref` follows it, and a refresh leaves `ref` alone. */
  digest(recorded: Recorded): Digest | undefined {
    const digest = recorded.ref?.slice(recorded.ref.lastIndexOf("@") + 1);
    return digest === undefined ? undefined : Digest.parse(digest);
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

const nameOf = (recorded: Recorded): string => (recorded.name ?? "lix").toLowerCase();
