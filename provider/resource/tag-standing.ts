/** Which tags of a repository need a manifest. @module */
import { mapConcurrent } from "../base/concurrency.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { MediaType } from "../formats/oci/media-type.ts";
import type { RegistryClient } from "../registry/client.ts";

/** Requests in flight for one repository. */
const WIDTH = 4;

export interface TagStanding {
  /** Those that point to it. */
  readonly pointing: readonly string[];
  /** Those of an index that has it as one of its manifests. */
  readonly indexes: readonly string[];
  /** Where the others point. */
  readonly moved: ReadonlyMap<string, Digest>;
}

interface Manifest {
  readonly client: RegistryClient;
  readonly digest: Digest;
  readonly signal?: AbortSignal | undefined;
}

/** @param tags each is asked for once. */
export async function standingOfTags(
  { client, digest, signal }: Manifest,
  tags: readonly string[],
): Promise<TagStanding> {
  const each = [...new Set(tags)];
  const heads = await mapConcurrent(each, { width: WIDTH, signal }, (tag, scope) =>
    client.headManifest(tag, scope),
  );
  const found = each.flatMap((tag, at) => {
    const head = heads[at];
    return head === undefined ? [] : [{ tag, ...head }];
  });
  const others = found.filter((head) => head.digest !== digest);
  const collections = others.filter(({ mediaType }) => !SINGLE.has(mediaType));
  const holds = await mapConcurrent(collections, { width: WIDTH, signal }, async (head, scope) => {
    const manifest = await client.getManifest(head.digest, scope);
    // A document of any kind needs the digest if it names it.
    return manifest !== undefined && Buffer.from(manifest.bytes).includes(digest);
  });
  return {
    pointing: found.filter((head) => head.digest === digest).map(({ tag }) => tag),
    indexes: collections.filter((_, at) => holds[at] === true).map(({ tag }) => tag),
    moved: new Map(others.map((head) => [head.tag, head.digest])),
  };
}

/** Manifests that name layers, and no other manifest. */
const SINGLE: ReadonlySet<string> = new Set([MediaType.manifest, MediaType.dockerManifest]);
