/**
 * The manifests and tags of one image in one repository, written in the order in which they must become
 * visible: platforms, then what is attached, then tags. Unless something is attached to it, the root is put with its
 * first tag, because some registries take a manifest only once (Nexus without redeploy), and others show none before
 * a tag names it (Quay before 3.9).
 * @see distribution-spec, "Pushing Manifests"
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import { mayRetry, pauseBeforeRetry } from "../base/retry.ts";
import { RETRY, TIME_LIMIT } from "../base/retry-policy.ts";
import { log } from "../base/log.ts";
import { lixError } from "../errors/lix-error.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { Image, ManifestBlob } from "../formats/oci/image.ts";
import { RegistryDigestMismatch, type RegistryClient } from "../registry/client.ts";
import type { PublishOptions } from "./destination.ts";

/** Requests in flight for one image. */
const WIDTH = 4;

export interface PutOptions extends Pick<PublishOptions, "tags" | "signal" | "onWrite"> {
  /** Attaches what belongs to the manifests, which are there then. Default: nothing does. */
  readonly attach?: (() => Promise<void>) | undefined;
}

/** Writes the manifests and tags that are not as they should be, and no others. */
export async function putManifests(
  client: RegistryClient,
  image: Image,
  { tags, signal, onWrite, attach }: PutOptions,
): Promise<void> {
  const pointers = await mapConcurrent(tags, { width: WIDTH, signal }, (tag, scope) =>
    digestAt(client, tag, scope),
  );
  const before = new Map(tags.map((tag, at) => [tag, pointers[at]]));
  const stale = tags.filter((tag) => before.get(tag) !== image.root.digest);
  // An index names its children. Tags are the last to move, each by one atomic write.
  await putByDigest(client, image.children, { signal, onWrite });
  if (tags.length === 0 || attach !== undefined)
    await putByDigest(client, [image.root], { signal, onWrite });
  await attach?.();
  for (const tag of stale) {
    await putTag(client, image.root, { tag, signal });
    onWrite?.({ reference: tag, before: before.get(tag) });
  }
}

async function putByDigest(
  client: RegistryClient,
  manifests: readonly ManifestBlob[],
  { signal, onWrite }: Pick<PublishOptions, "signal" | "onWrite">,
): Promise<void> {
  await mapConcurrent(manifests, { width: WIDTH, signal }, async (manifest, scope) => {
    const { digest } = manifest;
    if ((await digestAt(client, digest, scope)) === digest) return;
    await client.putManifest(digest, manifest, scope);
    const kept = (await settledDigest(client, digest, { digest, signal: scope })) === digest;
    if (!kept && !(await isShownWithTag(client, manifest, scope)))
      throw lixError("MANIFEST_NOT_KEPT", { repository: client.description, digest });
    onWrite?.({ reference: digest, before: undefined });
  });
}

/**
 * Whether the registry has a manifest that it does not show: Quay before 3.9 hides what no tag names.
 * We put a tag of our own to see it, and remove that tag.
 */
async function isShownWithTag(
  client: RegistryClient,
  manifest: ManifestBlob,
  signal: AbortSignal,
): Promise<boolean> {
  const { digest } = manifest;
  const tag = `lix-image-upload-${digest.slice(7, 23)}`;
  await client.putManifest(tag, manifest, signal);
  try {
    return (await settledDigest(client, digest, { digest, signal })) === digest;
  } finally {
    // Also when the push is over: a failed neighbour aborts the signal.
    await client.deleteTag(tag, AbortSignal.timeout(TIME_LIMIT.untag.ms)).catch(() => {
      log.warn(`${client.description}: the tag ${tag} was not removed; you can remove it by hand`);
    });
  }
}

/** If an answer is lost or makes no sense, the write may have been done all the same. */
async function putTag(
  client: RegistryClient,
  root: ManifestBlob,
  { tag, signal }: { readonly tag: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { digest } = root;
  try {
    await client.putManifest(tag, root, signal);
  } catch (error) {
    // A registry that claims another digest changes what it takes.
    if (error instanceof RegistryDigestMismatch) throw error;
    const now = await digestAt(client, tag, signal).catch(() => undefined);
    if (now !== digest) throw error;
    return;
  }
  const got = await settledDigest(client, tag, { digest, signal });
  if (got === digest) return;
  const reference = `${client.description}:${tag}`;
  throw lixError("TAG_NOT_KEPT", { reference, expected: digest, got });
}

const digestAt = async (
  client: RegistryClient,
  reference: string,
  signal: AbortSignal | undefined,
): Promise<Digest | undefined> => (await client.headManifest(reference, signal))?.digest;

/** What a reference names after a while, or as soon as that is `digest`. */
async function settledDigest(
  client: RegistryClient,
  reference: string,
  { digest, signal }: { readonly digest: Digest; readonly signal: AbortSignal | undefined },
): Promise<Digest | undefined> {
  for (let looked = 1; ; looked += 1) {
    const got = await digestAt(client, reference, signal);
    if (got === digest || !mayRetry(RETRY.settle, "not shown", looked)) return got;
    await pauseBeforeRetry(RETRY.settle, looked, { signal });
  }
}
