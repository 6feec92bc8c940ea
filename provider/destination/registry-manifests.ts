/**
 * The manifests and tags of one image in one repository, written in the order in which they must become
 * visible: platforms, root, tags. Each is seen to be there before the next one names it.
 * @see distribution-spec, "Pushing Manifests"
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import { LixImageError } from "../base/errors.ts";
import { pauseBefore } from "../base/http-retry.ts";
import type { Digest } from "../oci/digest.ts";
import type { Image, ManifestBlob } from "../oci/image.ts";
import type { RegistryClient } from "../registry/client.ts";

/** Requests in flight for one image. */
const WIDTH = 4;
// Registries with several replicas may take a moment to agree: three seconds or so.
const LOOKS = 5;
const FIRST_PAUSE_MS = 200;

/** Writes those that are not as they should be, and no other. */
export async function putManifests(
  client: RegistryClient,
  image: Image,
  { tags, signal }: { readonly tags: readonly string[]; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const pointers = await mapConcurrent(tags, { width: WIDTH, signal }, (tag, scope) =>
    digestAt(client, tag, scope),
  );
  const stale = tags.filter((_, at) => pointers[at] !== image.root.digest);
  // A tag that points to the root has told that it is there.
  const roots = stale.length < tags.length ? [] : [image.root];
  // An index names its children, and a tag the root. Tags are the last to move, each by one atomic write.
  await putMissing(client, image.children, signal);
  await putMissing(client, roots, signal);
  for (const tag of stale) await client.putManifest(tag, image.root, signal);
  await mapConcurrent(stale, { width: WIDTH, signal }, (tag, scope) =>
    expectAt(client, tag, { digest: image.root.digest, signal: scope }),
  );
}

async function putMissing(
  client: RegistryClient,
  manifests: readonly ManifestBlob[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await mapConcurrent(manifests, { width: WIDTH, signal }, async (manifest, scope) => {
    const { digest } = manifest;
    if ((await digestAt(client, digest, scope)) === digest) return;
    await client.putManifest(digest, manifest, scope);
    await expectAt(client, digest, { digest, signal: scope });
  });
}

const digestAt = async (
  client: RegistryClient,
  reference: string,
  signal: AbortSignal,
): Promise<Digest | undefined> => (await client.headManifest(reference, signal))?.digest;

async function expectAt(
  client: RegistryClient,
  reference: string,
  { digest, signal }: { readonly digest: Digest; readonly signal: AbortSignal },
): Promise<void> {
  for (let looked = 1; ; looked += 1) {
    const got = await digestAt(client, reference, signal);
    if (got === digest) return;
    if (looked === LOOKS) {
      if (reference === digest) throw new ManifestNotKept(client.description, digest);
      throw new TagNotKept(`${client.description}:${reference}`, digest, got);
    }
    await pauseBefore(looked, { firstMs: FIRST_PAUSE_MS, retryAfter: undefined, signal });
  }
}

export class ManifestNotKept extends LixImageError {
  readonly code = "MANIFEST_NOT_KEPT";
  constructor(repository: string, digest: Digest) {
    super(`${repository}: manifest ${digest} was taken and is not there`, {
      hint: "the registry loses what it accepts, or takes long to show it: try again; no tag was moved",
    });
  }
}

export class TagNotKept extends LixImageError {
  readonly code = "TAG_NOT_KEPT";
  constructor(reference: string, expected: Digest, got: Digest | undefined) {
    super(
      `${reference}: expected ${expected} just after it was pushed; got ${got ?? "no such tag"}`,
      { hint: "does something else push to this tag at the same time?" },
    );
  }
}
