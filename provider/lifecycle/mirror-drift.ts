import { mapConcurrent } from "../base/concurrency.ts";
import type { Digest } from "../oci/digest.ts";
import { Repository } from "../oci/reference.ts";
import { RegistryClient, type RegistryClientOptions } from "../registry/client.ts";

/** Requests in flight for one mirror. */
const WIDTH = 4;

export interface PushedImage {
  readonly digest: Digest;
  readonly tags: readonly string[];
}

/** What the mirrors lack of an image that was pushed to all of them. */
export async function mirrorDrift(
  mirrors: readonly string[],
  { digest, tags }: PushedImage,
  options: RegistryClientOptions,
): Promise<string[]> {
  const drift: string[] = [];
  for (const mirror of mirrors) {
    const repository = Repository.parse(mirror);
    const client = new RegistryClient(repository, options);
    const references = [digest, ...tags];
    const heads = await mapConcurrent(references, { width: WIDTH }, (reference, signal) =>
      client.headManifest(reference, signal),
    );
    for (const [at, reference] of references.entries()) {
      const there = heads[at]?.digest;
      const what = at === 0 ? "manifest" : "tag";
      const problem = there === undefined ? "is gone" : `points to ${there}, not to ${digest}`;
      if (there !== digest)
        drift.push(`mirror ${Repository.format(repository)}: ${what} ${reference} ${problem}`);
    }
  }
  return drift;
}
