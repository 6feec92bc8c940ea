/**
 * Blobs that a repository has because it has an image with them. One look at an image with mostly the same layers
 * replaces a request for each layer: a registry takes no manifest without its blobs.
 * @see distribution-spec, "Pushing Manifests"
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import { LixImageError } from "../base/errors.ts";
import { transientKind } from "../base/retry.ts";
import type { Transient } from "../base/retry-policy.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { readManifest, type ReadManifest } from "../formats/oci/read-manifest.ts";
import type { RegistryClient } from "../registry/client.ts";

/** Requests in flight for one image. */
const WIDTH = 4;
// An index of more images is not ours, and reading it may take longer than asking for each blob.
const MOST_CHILDREN = 8;
// A registry that does not answer is not asked again for each blob.
const UNREACHABLE: ReadonlySet<Transient | undefined> = new Set(["network", "silence", "busy"]);

/** The blobs of the first of these images that is there; none if none is there, or it cannot be read. */
export async function promisedBlobs(
  client: RegistryClient,
  references: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<Digest>> {
  try {
    for (const reference of references) {
      const manifests = await manifestsAt(client, reference, signal);
      if (manifests !== undefined) return new Set(manifests.flatMap(blobsOf));
    }
  } catch (error) {
    signal?.throwIfAborted();
    // A tag may name anything, an artifact of another program among them.
    if (!(error instanceof LixImageError) || UNREACHABLE.has(transientKind(error))) throw error;
  }
  return new Set();
}

/** The manifest, or those of an index; undefined if it is not there. */
async function manifestsAt(
  client: RegistryClient,
  reference: string,
  signal: AbortSignal | undefined,
): Promise<ReadManifest[] | undefined> {
  const received = await client.getManifest(reference, signal);
  if (received === undefined) return undefined;
  const read = readManifest(received.bytes, received.digest);
  if (read.kind === "manifest") return [read];
  if (read.manifests.length > MOST_CHILDREN) return [];
  const children = await mapConcurrent(
    read.manifests,
    { width: WIDTH, signal },
    async ({ digest }, scope) => {
      const child = await client.getManifest(digest, scope);
      return child && readManifest(child.bytes, digest);
    },
  );
  return children.filter((child) => child?.kind === "manifest");
}

const blobsOf = ({ config, layers }: ReadManifest): Digest[] =>
  [config, ...layers].map(({ digest }) => digest);
