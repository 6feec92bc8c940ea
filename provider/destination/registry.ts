/**
 * A repository of a registry as a destination. The images of a session share layers: each is sent to a
 * registry once, and then found where it is, or mounted from there into another repository.
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import { retry } from "../base/retry.ts";
import { RETRY } from "../base/retry-policy.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { Image } from "../formats/oci/image.ts";
import type { Blob } from "../formats/oci/layer.ts";
import type { RegistryClient } from "../registry/client.ts";
import { promisedBlobs } from "./promised-blobs.ts";
import { attach } from "./registry-attachments.ts";
import { putManifests } from "./registry-manifests.ts";
import { attachSignatures } from "./registry-signatures.ts";
import type { Destination, PublishOptions, PublishReport } from "./destination.ts";

/** Requests in flight for one image: skopeo has 6, crane 4; more gained nothing on loopback. */
const WIDTH = 4;

export function registryDestination(client: RegistryClient): Destination {
  /** Blobs that were sent before `publish` was called. */
  const ahead = new Set<Digest>();
  return {
    description: client.description,
    takesAttachments: true,
    holds: async (manifest, signal) => {
      client.expectPush();
      return (await client.headManifest(manifest, signal)) !== undefined;
    },
    missing: async (digests, { images, signal } = {}) => {
      if (images === undefined) return missingBlobs(client, digests, signal);
      const promised = await promisedBlobs(client, images, signal);
      const unsure = digests.filter((digest) => !promised.has(digest) && !ahead.has(digest));
      return missingBlobs(client, unsure, signal);
    },
    sendAhead: async (blob, { isMissing = false, signal }) => {
      client.expectPush();
      if (!isMissing && (await client.hasBlob(blob.digest, signal))) return;
      if ((await pushBlobOnce(client, blob, signal)) === "uploaded") ahead.add(blob.digest);
    },
    blobSources: (blobs, signal) => {
      rememberBlobs(client, blobs);
      return blobs.map((blob) => ({ ...blob, open: () => client.getBlob(blob.digest, signal) }));
    },
    async publish(image, options) {
      const { signal } = options;
      const sent = new Set(ahead);
      const firstPauseMs = client.timeouts.retryDelayMs;
      await retry(RETRY.push, { signal, firstPauseMs }, async (tried) => {
        // What the caller knows counts for the first try only: the registry may have lost a blob since.
        const known = tried === 1 ? options.missing : undefined;
        const missing = known ?? (await missingBlobs(client, image.blobs.map(digestOf), signal));
        client.expectPush();
        await pushBlobs(client, image.blobs, { missing, sent, signal });
        await putManifests(client, image, {
          ...options,
          attach: attaching(client, image, options),
        });
      });
      rememberBlobs(client, image.blobs);
      return reportOf(image, sent);
    },
  };
}

/** Undefined: nothing is attached to the image. */
function attaching(
  client: RegistryClient,
  { attachments = [], signatures = [] }: Image,
  { tags, signal, onWrite }: PublishOptions,
): (() => Promise<void>) | undefined {
  if (attachments.length === 0 && signatures.length === 0) return undefined;
  const push = async (blobs: readonly Blob[], scope: AbortSignal | undefined) => {
    const missing = await missingBlobs(client, blobs.map(digestOf), scope);
    await pushBlobs(client, blobs, { missing, sent: new Set(), signal: scope });
    rememberBlobs(client, blobs);
  };
  const how = { signal, onWrite, pushBlobs: push };
  return async () => {
    await attach(client, attachments, how);
    await attachSignatures(client, signatures, { ...how, tags });
  };
}

async function missingBlobs(
  client: RegistryClient,
  digests: readonly Digest[],
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<Digest>> {
  client.expectPush();
  const unique = [...new Set(digests)];
  // What other images push while we ask is not among them.
  const remembered = unique.filter((digest) => remembersBlob(client, digest));
  const has = await mapConcurrent(unique, { width: WIDTH, signal }, (digest, scope) =>
    client.hasBlob(digest, scope),
  );
  const missing = new Set(unique.filter((_, index) => has[index] !== true));
  for (const digest of remembered) if (missing.has(digest)) forgetBlob(client, digest);
  return missing;
}

interface PushOptions {
  readonly missing: ReadonlySet<Digest>;
  /** Gets those whose bytes were sent. */
  readonly sent: Set<Digest>;
  readonly signal: AbortSignal | undefined;
}

async function pushBlobs(
  client: RegistryClient,
  blobs: readonly Blob[],
  { missing, sent, signal }: PushOptions,
): Promise<void> {
  // The largest first: it decides when the last one ends.
  const ordered = blobs.filter(({ digest }) => missing.has(digest)).sort((a, b) => b.size - a.size);
  await mapConcurrent(ordered, { width: WIDTH, signal }, async (blob, scope) => {
    const done = await pushBlobOnce(client, blob, scope);
    if (done === "uploaded") sent.add(blob.digest);
  });
}

/** Pushes a blob that the repository was found to lack a moment ago, unless another image does. */
async function pushBlobOnce(
  client: RegistryClient,
  blob: Blob,
  signal: AbortSignal | undefined,
): Promise<"uploaded" | "reused"> {
  const { name } = client.repository;
  const { pushes } = client.memory;
  const key = `${name} ${blob.digest}`;
  // If another image's push of it fails, it is our turn.
  await pushes.get(key)?.catch(() => {});
  const known = homesOf(client, blob.digest);
  if (known.has(name)) return "reused";
  const push = client.pushBlob(blob, { mountFrom: [...known][0], signal });
  pushes.set(key, push);
  try {
    const done = await push;
    known.add(name);
    return done === "mounted" ? "reused" : done;
  } finally {
    pushes.delete(key);
  }
}

/** Notes blobs that are in the repository, no matter who sent them. */
export function rememberBlobs(client: RegistryClient, blobs: readonly Blob[]): void {
  for (const { digest } of blobs) homesOf(client, digest).add(client.repository.name);
}

const remembersBlob = (client: RegistryClient, digest: Digest): boolean =>
  homesOf(client, digest).has(client.repository.name);

function forgetBlob(client: RegistryClient, digest: Digest): void {
  homesOf(client, digest).delete(client.repository.name);
}

function homesOf({ memory: { homes } }: RegistryClient, digest: Digest): Set<string> {
  const known = homes.get(digest) ?? new Set();
  homes.set(digest, known);
  return known;
}

const digestOf = ({ digest }: Blob): Digest => digest;

const reportOf = ({ blobs }: Image, sent: ReadonlySet<Digest>): PublishReport => ({
  uploaded: blobs
    .filter(({ digest }) => sent.has(digest))
    .map(({ digest, size }) => ({ digest, size })),
  reused: [...new Set(blobs.map(digestOf))].filter((digest) => !sent.has(digest)),
});
