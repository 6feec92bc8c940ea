/**
 * A resource's outputs as state has them: written by any version of us, so nothing is taken for
 * granted but what this schema names.
 * @module
 */
import { z } from "zod";
import { Digest } from "../oci/digest.ts";
import { Repository } from "../oci/reference.ts";
import type { Wire } from "./wire.ts";

const strings = z.array(z.string()).catch([]);

const RecordedJson = z.object({
  planKey: z.string().optional().catch(undefined),
  digest: z.string().optional().catch(undefined),
  ref: z.string().optional().catch(undefined),
  taggedRefs: strings,
  archives: z.unknown(),
  deleteFromRegistry: z.boolean().catch(false),
  drift: strings,
  registry: z.string().optional().catch(undefined),
  repository: z.string().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
});

export type Recorded = z.output<typeof RecordedJson>;

export const Recorded = {
  parse: (outputs: Wire): Recorded => RecordedJson.parse(outputs),

  /** Undefined: archives only. */
  repository(recorded: Recorded): Repository | undefined {
    if (recorded.repository !== undefined) return Repository.parse(recorded.repository);
    if (recorded.registry === undefined) return undefined;
    const name = (recorded.name ?? "lix").toLowerCase();
    return Repository.parse(`${recorded.registry.replace(/\/+$/, "")}/${name}`);
  },

  /** `registry/name`: the resource's id. */
  target: (recorded: Recorded): string | undefined =>
    recorded.ref?.slice(0, recorded.ref.lastIndexOf("@")),

  /** The digest that was pushed: `ref` follows it, and a refresh leaves `ref` alone. */
  digest: (recorded: Recorded): Digest | undefined => {
    const text = recorded.ref?.slice(recorded.ref.lastIndexOf("@") + 1);
    return text === undefined ? undefined : Digest.parse(text);
  },

  tags: (recorded: Recorded): string[] =>
    recorded.taggedRefs.map((ref) => ref.slice(ref.lastIndexOf(":") + 1)),
};
