/** The function `getLixImage`: what a registry says of an image. @module */
import { z } from "zod";
import { inDefaultRegistry, type Configuration } from "./configuration.ts";
import { lixError } from "../errors/lix-error.ts";
import { lookUpImage } from "../resource/look-up-image.ts";
import type { Call } from "../pulumi/methods.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import { TIME_LIMIT } from "../base/retry-policy.ts";

const NAME = "lix:index:getLixImage";
const Arguments = z.object({ reference: z.string() });

export interface Invocation {
  readonly configuration: Configuration;
  /** The function's. */
  readonly name: string;
  readonly args: PropertyMap;
}

export async function getLixImage(
  { signal }: Call,
  { configuration, name, args }: Invocation,
): Promise<PropertyMap> {
  if (name !== NAME) throw lixError("FUNCTION_UNKNOWN", { name, known: NAME });
  const given = Arguments.safeParse(args);
  if (!given.success) throw lixError("REFERENCE_MISSING", { name });
  const reference = inDefaultRegistry(configuration, given.data.reference);
  const found = await lookUpImage(reference, { requestLimitMs: TIME_LIMIT.refresh.ms, signal });
  if (found === undefined) throw lixError("IMAGE_NOT_FOUND", { image: reference });
  const { ref, digest, taggedRefs, labels, revision, version, platforms, size } = found.outputs;
  return { ref, digest, taggedRefs, labels, revision, version, platforms, size };
}
