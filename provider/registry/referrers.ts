/**
 * The referrers of a manifest in one repository: by the referrers API, or by the index that clients keep under the
 * tag `sha256-<digest>` where the registry has no such API.
 * @see distribution-spec, "Referrers Tag Schema"
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import { pauseMs, mayRetry, sleepUnless } from "../base/retry.ts";
import { RETRY } from "../base/retry-policy.ts";
import { LixImageError } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";
import { Digest } from "../formats/oci/digest.ts";
import { MediaType } from "../formats/oci/media-type.ts";
import { ReferrersIndex, type Referrer } from "../formats/oci/referrers-index.ts";
import type { RegistryClient } from "./client.ts";
import { RegistryRefused } from "./refusal.ts";

/** All of them; none for a subject that is not there. */
export async function listReferrers(
  client: RegistryClient,
  subject: Digest,
  signal?: AbortSignal,
): Promise<Referrer[]> {
  const listed = await client.listReferrers(subject, signal);
  if (listed !== undefined) return listed;
  const held = await readIndex(client, subject, signal);
  return held === undefined ? [] : ReferrersIndex.referrers(held.index);
}

interface HeldIndex {
  readonly index: ReferrersIndex;
  readonly digest: Digest;
  readonly etag: string | undefined;
}

/** @param change returns the same index if it is as it should be. */
export interface IndexChange {
  readonly subject: Digest;
  readonly change: (index: ReferrersIndex) => ReferrersIndex;
  readonly signal: AbortSignal | undefined;
}

/**
 * Changes the index under the tag until it is seen to be as it should be. Few registries can make a write depend on
 * what was read before (`If-Match`). With the others, somebody who read the index before we wrote ours would remove our
 * entries again, so it is read once more after such a write can be over.
 */
export async function changeReferrersTag(
  client: RegistryClient,
  { subject, change, signal }: IndexChange,
): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const started = performance.now();
    const held = await readIndex(client, subject, signal);
    const before = held?.index ?? ReferrersIndex.empty;
    const after = change(before);
    if (after === before) return;
    if (!mayRetry(RETRY.referrersTag, "overwritten", tried)) {
      const reference = `${client.description}:${ReferrersIndex.tag(subject)}`;
      throw lixError("REFERRERS_TAG_NOT_KEPT", { reference });
    }
    await writeIndex(client, { subject, held, after, tried, signal });
    const theirs = performance.now() - started;
    const pause = pauseMs(RETRY.referrersTag.firstPauseMs, Math.min(tried, LONGEST_PAUSE));
    await sleepUnless(signal, theirs + pause);
  }
}

/** Pauses stop doubling here: others need no longer for their write the more often we try. */
const LONGEST_PAUSE = 3;

interface IndexWrite extends Pick<IndexChange, "subject" | "signal"> {
  readonly held: HeldIndex | undefined;
  readonly after: ReferrersIndex;
  readonly tried: number;
}

async function writeIndex(
  client: RegistryClient,
  { subject, held, after, tried, signal }: IndexWrite,
): Promise<void> {
  // By digest: a tag that somebody has moved meanwhile then stays.
  if (after.manifests.length === 0 && held !== undefined) {
    const isDeleted = await client.deleteManifest(held.digest, signal).then(
      () => true,
      (error: unknown) => {
        // It may forbid every deletion. An empty index means the same.
        if (error instanceof LixImageError) return false;
        throw error;
      },
    );
    if (isDeleted) return;
  }
  const mayDepend = mayRetry(RETRY.referrersTag, "unmet condition", tried);
  const condition = mayDepend ? conditionOf(held) : {};
  const put = (index: ReferrersIndex): Promise<void> => {
    const manifest = { mediaType: MediaType.index, bytes: ReferrersIndex.format(index) };
    return client.putManifest(ReferrersIndex.tag(subject), manifest, signal, condition);
  };
  try {
    await put(after);
  } catch (error) {
    if (!(error instanceof RegistryRefused)) throw error;
    // Somebody was faster.
    if (error.status === 412) return;
    if (error.retryable !== "lost blob") throw error;
    // A cleanup removes manifests without a tag, and leaves the index that names them.
    await put(ReferrersIndex.remove(after, await lostIn(client, after, signal)));
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

/** Makes a write depend on what was read: nothing, or a manifest with this ETag. */
export function conditionOf(
  held: { readonly etag?: string | undefined } | undefined,
): Readonly<Record<string, string>> {
  if (held === undefined) return { "if-none-match": "*" };
  const { etag = "" } = held;
  // A weak one is true of other bytes, too.
  return etag === "" || etag.startsWith("W/") ? {} : { "if-match": etag };
}

async function readIndex(
  client: RegistryClient,
  subject: Digest,
  signal: AbortSignal | undefined,
): Promise<HeldIndex | undefined> {
  const tag = ReferrersIndex.tag(subject);
  const received = await client.getManifest(tag, signal);
  // GitLab takes such a tag for the digest.
  if (received === undefined || received.digest === subject) return undefined;
  const { bytes, digest, etag } = received;
  return { index: ReferrersIndex.parseTagged(bytes, `${client.description}:${tag}`), digest, etag };
}
