import { mapConcurrent } from "../base/concurrency.ts";
import { pauseBefore } from "../http/retry.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { Image } from "../formats/oci/image.ts";
import { RegistryRefused } from "../registry/answer.ts";
import type { RegistryClient } from "../registry/client.ts";
import { putManifests } from "./registry-manifests.ts";
import { forgetBlobs, pushSharedBlob, rememberBlobs, remembersBlob } from "./shared-blobs.ts";
import type { Destination, PublishReport } from "./destination.ts";

/** Requests in flight for one image: skopeo has 6, crane 4; more gained nothing on loopback. */
const WIDTH = 4;
/** With the pauses between them, six seconds or so. */
const TRIES = 5;

export function registryDestination(client: RegistryClient): Destination {
  const missing = async (
    digests: readonly Digest[],
    signal?: AbortSignal,
  ): Promise<ReadonlySet<Digest>> => {
    client.expectPush();
    const unique = [...new Set(digests)];
    // Whatever is pushed by other images while we ask is not among them.
    const remembered = unique.filter((digest) => remembersBlob(client, digest));
    const has = await mapConcurrent(unique, { width: WIDTH, signal }, (digest, scope) =>
      client.hasBlob(digest, scope),
    );
    const lacking = new Set(unique.filter((_, index) => has[index] !== true));
    forgetBlobs(
      client,
      remembered.filter((digest) => lacking.has(digest)),
    );
    return lacking;
  };
  return {
    description: client.description,
    holds: async (manifest, signal) => {
      client.expectPush();
      return (await client.headManifest(manifest, signal)) !== undefined;
    },
    missing,
    blobSources: (blobs, signal) => {
      rememberBlobs(client, blobs);
      return blobs.map((blob) => ({ ...blob, open: () => client.getBlob(blob.digest, signal) }));
    },
    async publish(image, options) {
      const { signal } = options;
      const digests = image.blobs.map((blob) => blob.digest);
      const sent = new Set<Digest>();
      let lacking = options.missing ?? (await missing(digests, signal));
      client.expectPush();
      for (let tried = 1; ; tried += 1) {
        try {
          await pushBlobs(client, image, { lacking, sent, signal });
          await putManifests(client, image, options);
          break;
        } catch (error) {
          if (tried === TRIES || !isUnknown(error)) throw error;
        }
        const firstMs = client.timeouts.retryDelayMs;
        await pauseBefore(tried, { firstMs, retryAfter: undefined, signal });
        lacking = await missing(digests, signal);
      }
      rememberBlobs(client, image.blobs);
      return reportOf(image, sent);
    },
  };
}

/**
 * Refused for something that is there, as far as we know: the registry cleaned up since the caller
 * asked, or one of its replicas has not heard yet of what another one took.
 */
const isUnknown = (error: unknown): boolean =>
  error instanceof RegistryRefused &&
  error.codes.some((code) => code.endsWith("BLOB_UNKNOWN") || code === "MANIFEST_UNKNOWN");

async function pushBlobs(
  client: RegistryClient,
  { blobs }: Image,
  options: {
    readonly lacking: ReadonlySet<Digest>;
    /** Gets those whose bytes were sent. */
    readonly sent: Set<Digest>;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  // The largest first: it decides when the last one ends.
  const todo = blobs
    .filter(({ digest }) => options.lacking.has(digest))
    .sort((a, b) => b.size - a.size);
  await mapConcurrent(todo, { width: WIDTH, signal: options.signal }, async (blob, signal) => {
    const done = await pushSharedBlob(client, blob, signal);
    if (done === "uploaded") options.sent.add(blob.digest);
  });
}

const reportOf = ({ blobs }: Image, sent: ReadonlySet<Digest>): PublishReport => ({
  uploaded: blobs
    .filter(({ digest }) => sent.has(digest))
    .map(({ digest, size }) => ({ digest, size })),
  reused: [...new Set(blobs.map(({ digest }) => digest))].filter((digest) => !sent.has(digest)),
});
