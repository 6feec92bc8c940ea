import { mapConcurrent } from "../base/concurrency.ts";
import { LixImageError } from "../base/errors.ts";
import { pauseBefore } from "../base/http-retry.ts";
import type { Digest } from "../oci/digest.ts";
import type { Image, ManifestBlob } from "../oci/image.ts";
import { RegistryRefused } from "../registry/answer.ts";
import type { RegistryClient } from "../registry/client.ts";
import { forgetBlobs, pushSharedBlob, rememberBlobs, remembersBlob } from "./shared-blobs.ts";
import type { Destination, PublishOptions, PublishReport } from "./destination.ts";

/** Requests in flight for one image: skopeo has 6, crane 4; more gained nothing on loopback. */
const WIDTH = 4;
const CHECKS_OF_A_TAG = 3;

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
    async publish(image, options) {
      const { signal } = options;
      const digests = image.blobs.map((blob) => blob.digest);
      const lacking = options.missing ?? (await missing(digests, signal));
      try {
        return await publish(client, image, { ...options, missing: lacking });
      } catch (error) {
        if (!isStale(error, options)) throw error;
        // What the caller was told a moment ago holds no more: the registry cleaned up in between.
        return await publish(client, image, {
          ...options,
          missing: await missing(digests, signal),
        });
      }
    },
  };
}

const isStale = (error: unknown, options: PublishOptions): boolean =>
  options.missing !== undefined &&
  error instanceof RegistryRefused &&
  error.codes.some((code) => code === "MANIFEST_BLOB_UNKNOWN" || code === "BLOB_UNKNOWN");

async function publish(
  client: RegistryClient,
  image: Image,
  options: PublishOptions & { readonly missing: ReadonlySet<Digest> },
): Promise<PublishReport> {
  client.expectPush();
  const report = await pushBlobs(client, image, options);
  const stale = await staleTags(client, image, options);
  if (stale.length > 0 || options.tags.length === 0 || !(await hasAll(client, image, options))) {
    await putManifests(client, image, options);
    // Tags are the last to move, and each is one atomic write.
    for (const tag of stale) await client.putManifest(tag, image.root, options.signal);
    await mapConcurrent(stale, { width: WIDTH, signal: options.signal }, (tag, signal) =>
      checkTag(client, tag, { digest: image.root.digest, signal }),
    );
  }
  rememberBlobs(client, image.blobs);
  return report;
}

async function pushBlobs(
  client: RegistryClient,
  image: Image,
  options: PublishOptions & { readonly missing: ReadonlySet<Digest> },
): Promise<PublishReport> {
  const reused = new Set(image.blobs.map(({ digest }) => digest));
  // The largest first: it decides when the last one ends.
  const todo = image.blobs
    .filter(({ digest }) => options.missing.has(digest))
    .sort((a, b) => b.size - a.size);
  await mapConcurrent(todo, { width: WIDTH, signal: options.signal }, async (blob, signal) => {
    const done = await pushSharedBlob(client, blob, signal);
    if (done === "uploaded") reused.delete(blob.digest);
  });
  const uploaded = image.blobs
    .filter(({ digest }) => !reused.has(digest))
    .map(({ digest, size }) => ({ digest, size }));
  return { uploaded, reused: [...reused] };
}

/** The tags that do not point to the image yet. */
async function staleTags(
  client: RegistryClient,
  image: Image,
  { tags, signal }: PublishOptions,
): Promise<string[]> {
  const heads = await mapConcurrent(tags, { width: WIDTH, signal }, (tag, scope) =>
    client.headManifest(tag, scope),
  );
  return tags.filter((_, index) => heads[index]?.digest !== image.root.digest);
}

async function hasAll(
  client: RegistryClient,
  image: Image,
  { signal }: PublishOptions,
): Promise<boolean> {
  const heads = await mapConcurrent(image.children, { width: WIDTH, signal }, (child, scope) =>
    client.headManifest(child.digest, scope),
  );
  return heads.every((head) => head !== undefined);
}

/** An index names its children, so they are first; a tag names the root, so that is before tags. */
async function putManifests(
  client: RegistryClient,
  image: Image,
  { signal }: PublishOptions,
): Promise<void> {
  const put = (manifest: ManifestBlob, scope?: AbortSignal): Promise<void> =>
    client.putManifest(manifest.digest, manifest, scope);
  await mapConcurrent(image.children, { width: WIDTH, signal }, put);
  await put(image.root, signal);
}

async function checkTag(
  client: RegistryClient,
  tag: string,
  expected: { readonly digest: Digest; readonly signal: AbortSignal },
): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const head = await client.headManifest(tag, expected.signal);
    if (head?.digest === expected.digest) return;
    if (tried === CHECKS_OF_A_TAG)
      throw new TagNotKept(`${client.description}:${tag}`, expected.digest, head?.digest);
    // Registries with several replicas may take a moment to agree.
    await pauseBefore(tried, { firstMs: 300, retryAfter: undefined, signal: expected.signal });
  }
}

export class TagNotKept extends LixImageError {
  readonly code = "TAG_NOT_KEPT";
  constructor(reference: string, expected: Digest, got: Digest | undefined) {
    super(
      `${reference}: expected ${expected} just after it was pushed; got ${got ?? "no such tag"}`,
      {
        hint: "does something else push to this tag at the same time?",
      },
    );
  }
}
