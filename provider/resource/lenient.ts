/** Readers for what any version of us may have written: what is not as expected counts as not there. @module */
import { z } from "zod";
import { Digest } from "../formats/oci/digest.ts";

const digest = z.custom<Digest>((value) => typeof value === "string" && Digest.is(value));
const texts = z.record(z.string(), z.string());

export const Lenient = {
  text: z.string().optional().catch(undefined),
  number: z.number().optional().catch(undefined),
  strings: z.array(z.string()).catch([]),
  texts: texts.optional().catch(undefined),
  referrers: z.array(z.object({ artifactType: z.string(), digest, subject: digest })).catch([]),
  flag: z.boolean().catch(false),
  /** Without the layers, which are known after `up` only. */
  platforms: z
    .record(
      z.string(),
      z.object({ digest: z.string(), configDigest: z.string(), size: z.number() }),
    )
    .optional()
    .catch(undefined),
};
