/**
 * Attaches documents and signatures to manifests that are in the repository, and removes them.
 * @see distribution-spec, "Pushing Manifests with Subject"
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import { mayRetry, pauseBeforeRetry } from "../base/retry.ts";
import { RETRY } from "../base/retry-policy.ts";
import { lixError } from "../errors/lix-error.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { AttachedManifest } from "../formats/oci/image.ts";
import type { Blob } from "../formats/oci/layer.ts";
import { ReferrersIndex, type Referrer } from "../formats/oci/referrers-index.ts";
import type { RegistryClient } from "../registry/client.ts";
import { changeReferrersTag } from "../registry/referrers.ts";
import { RegistryRefused } from "../registry/refusal.ts";
import type { PublishOptions } from "./destination.ts";

/** Requests in flight for one subject. */
const WIDTH = 4;

export interface AttachOptions extends Pick<PublishOptions, "signal" | "onWrite"> {
  readonly pushBlobs: (blobs: readonly Blob[], signal: AbortSignal | undefined) => Promise<void>;
}

/** Pushes those that are missing. Their subjects must be there: not every registry takes or lists others. */
export async function attach(
  client: RegistryClient,
  attachments: readonly AttachedManifest[],
  options: AttachOptions,
): Promise<void> {
  const { signal } = options;
  const bySubject = [...Map.groupBy(attachments, (each) => each.subject)];
  // A list under a tag takes a while to be sure of.
  await mapConcurrent(bySubject, { width: WIDTH, signal }, ([subject, attached], scope) =>
    attachTo(client, subject, attached, { ...options, signal: scope }),
  );
}

async function attachTo(
  client: RegistryClient,
  subject: Digest,
  attached: readonly AttachedManifest[],
  { signal, onWrite, pushBlobs }: AttachOptions,
): Promise<void> {
  const written = new Set<Digest>();
  const note = ({ digest }: AttachedManifest): void => {
    if (!written.has(digest)) onWrite?.({ reference: digest, before: undefined });
    written.add(digest);
  };
  const push = async (each: AttachedManifest, scope = signal): Promise<void> => {
    await pushBlobs(each.blobs, scope);
    await sayingWhat(each.artifactType, client.putManifest(each.digest, each, scope));
    note(each);
  };
  await mapConcurrent(attached, { width: WIDTH, signal }, async (each, scope) => {
    if ((await client.headManifest(each.digest, scope)) === undefined) await push(each, scope);
  });
  // The header OCI-Subject would say it too, but ECR has sent it without having the API.
  for (let looked = 1; ; looked += 1) {
    const listed = await client.listReferrers(subject, signal);
    if (listed === undefined) break;
    const unlisted = attached.filter((each) => !isIn(listed, each));
    const [first] = unlisted;
    if (first === undefined) return;
    // A registry that got the API later has not read what it had before.
    for (const each of unlisted) if (!written.has(each.digest)) await push(each);
    if (!mayRetry(RETRY.settle, "not shown", looked))
      throw lixError("REFERRER_NOT_LISTED", {
        repository: client.description,
        digest: first.digest,
        subject,
      });
    await pauseBeforeRetry(RETRY.settle, looked, { signal });
  }
  const change = (index: ReferrersIndex): ReferrersIndex => {
    for (const each of attached) if (!ReferrersIndex.has(index, each)) note(each);
    return ReferrersIndex.add(index, attached);
  };
  const types = [...new Set(attached.map(({ artifactType }) => artifactType))].join(", ");
  await sayingWhat(types, changeReferrersTag(client, { subject, change, signal }));
}

/** Some registries take only images, and some refuse an index where they do not expect one. */
async function sayingWhat(artifactType: string, write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof RegistryRefused) || error.retryable !== undefined) throw error;
    const { message, cause } = error;
    throw lixError("REFERRER_REFUSED", { message, artifactType }, { cause });
  }
}

const isIn = (listed: readonly Referrer[], { digest }: AttachedManifest): boolean =>
  listed.some((each) => each.digest === digest);

/** Takes them out of their lists, and then deletes their manifests. */
export async function detach(
  client: RegistryClient,
  referrers: readonly { readonly digest: Digest; readonly subject: Digest }[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [subject, detached] of Map.groupBy(referrers, (each) => each.subject)) {
    const digests = new Set(detached.map(({ digest }) => digest));
    const change = (index: ReferrersIndex): ReferrersIndex => ReferrersIndex.remove(index, digests);
    if ((await client.listReferrers(subject, signal)) === undefined)
      await changeReferrersTag(client, { subject, change, signal });
    for (const digest of digests) await client.deleteManifest(digest, signal);
  }
}
