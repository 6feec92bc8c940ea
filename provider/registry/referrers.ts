/**
 * The referrers of a manifest in one repository: by the referrers API, or by the index that clients keep under the
 * tag `sha256-<digest>` where the registry has no such API.
 * @see distribution-spec, "Referrers Tag Schema"
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import { lixError } from "../errors/lix-error.ts";
import { Digest } from "../formats/oci/digest.ts";
import { MediaType } from "../formats/oci/media-type.ts";
import { ReferrersIndex, type Referrer } from "../formats/oci/referrers-index.ts";
import type { RegistryClient } from "./client.ts";
import { RegistryRefused } from "./refusal.ts";
import { changeSharedTag, type Held, type PutShared } from "./shared-tag.ts";

/** All of them; none for a subject that is not there. */
export async function listReferrers(
  client: RegistryClient,
  subject: Digest,
  signal?: AbortSignal,
): Promise<Referrer[]> {
  const listed = await client.listReferrers(subject, signal);
  if (listed !== undefined) return listed;
  const held = await readIndex(client, subject, signal);
  return held === undefined ? [] : ReferrersIndex.referrers(held.value);
}

/** @param change returns the same index if it is as it should be. */
export interface IndexChange {
  readonly subject: Digest;
  readonly change: (index: ReferrersIndex) => ReferrersIndex;
  readonly signal: AbortSignal | undefined;
}

/** Changes the index under the tag. */
export function changeReferrersTag(
  client: RegistryClient,
  { subject, change, signal }: IndexChange,
): Promise<void> {
  return changeSharedTag<ReferrersIndex>(client, {
    tag: ReferrersIndex.tag(subject),
    read: () => readIndex(client, subject, signal),
    none: ReferrersIndex.empty,
    change,
    isEmpty: ({ manifests }) => manifests.length === 0,
    write: (index, put) => writeIndex(client, index, { put, signal }),
    notKept: (reference) => lixError("REFERRERS_TAG_NOT_KEPT", { reference }),
    signal,
  });
}

interface IndexWrite {
  readonly put: PutShared;
  readonly signal: AbortSignal | undefined;
}

async function writeIndex(
  client: RegistryClient,
  index: ReferrersIndex,
  { put, signal }: IndexWrite,
): Promise<void> {
  const putIndex = (each: ReferrersIndex): Promise<void> =>
    put({ mediaType: MediaType.index, bytes: ReferrersIndex.format(each) });
  try {
    await putIndex(index);
  } catch (error) {
    if (!(error instanceof RegistryRefused) || error.retryable !== "lost blob") throw error;
    // A cleanup removes manifests without a tag, and leaves the index that names them.
    await putIndex(ReferrersIndex.remove(index, await lostIn(client, index, signal)));
  }
}

async function lostIn(
  client: RegistryClient,
  index: ReferrersIndex,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const digests = ReferrersIndex.referrers(index).flatMap(({ digest }) =>
    Digest.is(digest) ? [digest] : [],
  );
  const heads = await mapConcurrent(digests, { width: WIDTH, signal }, (digest, scope) =>
    client.headManifest(digest, scope),
  );
  return new Set(digests.filter((_, at) => heads[at] === undefined));
}

/** Requests in flight for one index. */
const WIDTH = 4;

async function readIndex(
  client: RegistryClient,
  subject: Digest,
  signal: AbortSignal | undefined,
): Promise<Held<ReferrersIndex> | undefined> {
  const tag = ReferrersIndex.tag(subject);
  const received = await client.getManifest(tag, signal);
  // GitLab takes such a tag for the digest.
  if (received === undefined || received.digest === subject) return undefined;
  const { bytes, digest, etag } = received;
  return { value: ReferrersIndex.parseTagged(bytes, `${client.description}:${tag}`), digest, etag };
}
