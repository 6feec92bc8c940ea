/**
 * What a resource with `deleteFromRegistry` may remove from one repository: the tags that still point to the
 * digest that it pushed, and the manifest if nothing else in the repository is seen to need it. It removes
 * nothing that another resource of this operation claims, such as its own replacement.
 *
 * A mark in the image could not show who owns it: two stacks with the same image push the same bytes.
 * @module
 */
import { renderLines } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { detach } from "../destination/registry-attachments.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { ReferrersIndex } from "../formats/oci/referrers-index.ts";
import { Repository } from "../formats/oci/reference.ts";
import { RegistryRefused } from "../registry/refusal.ts";
import { RegistryClient } from "../registry/client.ts";
import { TagListIncomplete } from "../registry/list-tags.ts";
import { recordedReferrers, type RecordedReferrer } from "./recorded-referrers.ts";
import {
  recordedSignatures,
  removeSignatures,
  type DroppedSignatures,
  type RecordedSignatures,
} from "./recorded-signatures.ts";
import { Recorded } from "./recorded.ts";
import type { ResourceSession } from "./resource-session.ts";
import { Target } from "./target.ts";
import { standingOfTags, type TagStanding } from "./tag-standing.ts";

export interface OwnedImage {
  readonly client: RegistryClient;
  readonly digest: Digest;
  /** Those that no other resource of this operation claims. */
  readonly tags: ReadonlySet<string>;
  readonly claimed: readonly string[];
  readonly referrers: readonly RecordedReferrer[];
  readonly signatures: RecordedSignatures | undefined;
  readonly signal: AbortSignal | undefined;
}

export const OwnedImage = {
  /** One for each repository. */
  ofState({ claimed }: ResourceSession, recorded: Recorded, signal?: AbortSignal): OwnedImage[] {
    const digest = Recorded.digest(recorded);
    if (!recorded.deleteFromRegistry || digest === undefined) return [];
    const tags = Recorded.tags(recorded);
    return Target.repositories(recorded.target).map((repository) => {
      // Such as by the resource that replaces this one.
      const kept = tags.filter((tag) => claimed.has(`${Repository.format(repository)}:${tag}`));
      return {
        client: new RegistryClient(repository),
        digest,
        tags: new Set(tags.filter((tag) => !kept.includes(tag))),
        claimed: kept,
        referrers: recordedReferrers(recorded),
        signatures: recordedSignatures(recorded),
        signal,
      };
    });
  },

  async remove(image: OwnedImage): Promise<void> {
    const { client, digest, tags, claimed, signal } = image;
    const { description } = client;
    const listed = await client.listTags(signal).catch((error: unknown) => {
      if (!(error instanceof TagListIncomplete)) throw error;
      warnAbout(`${description}: nothing was removed`, error);
      return undefined;
    });
    if (listed === undefined) return;
    // The list of what is attached to it does not need it.
    const needing = listed.filter((tag) => tag !== ReferrersIndex.tag(digest));
    const standing = await standingOfTags(image, [...tags, ...needing]);
    const ours = standing.pointing.filter((tag) => tags.has(tag));
    const unlisted = ours.filter((tag) => !listed.includes(tag));
    if (unlisted.length > 0) {
      log.warn(
        `${description}: nothing was removed: the registry's list of tags is incomplete: ${unlisted.join(", ")} is not in it`,
      );
      return;
    }
    const isGone = ours.length === 0 && (await client.headManifest(digest, signal)) === undefined;
    if (isGone) {
      log.info(`${description}: nothing to remove: ${digest} is gone`);
      await detachUnused(image, needing);
      sayKept(image, standing);
      return;
    }
    const others = othersUsing(image, standing);
    const manifest = others.length === 0 && claimed.length === 0;
    if (manifest) await detachUnused(image, without(needing, ours));
    // Deleting the manifest deletes all its tags.
    const removed = manifest ? await deleteManifest(image, ours) : await deleteTags(image, ours);
    sayRemoved(description, removed);
    if (!manifest)
      log.info(`${description}: kept ${digest}: ${[...others, ...claims(image)].join("; ")}`);
    sayKept(image, standing);
  },

  async removeTags(image: OwnedImage, wanted: ReadonlySet<string>) {
    const dropped = [...image.tags].filter((tag) => !wanted.has(tag));
    const { pointing } = await standingOfTags(image, dropped);
    sayRemoved(image.client.description, await deleteTags(image, pointing));
  },
};

/** Removes what is attached to the image, except to a platform that another image of the repository has, too. */
async function detachUnused(image: OwnedImage, others: readonly string[]): Promise<void> {
  const { client, digest, referrers, signatures, signal } = image;
  if (referrers.length === 0) return;
  const used = new Set<Digest>();
  for (const subject of new Set(referrers.map((each) => each.subject))) {
    if (subject === digest) continue;
    const standing = await standingOfTags({ client, digest: subject, signal }, others);
    if (standing.pointing.length + standing.indexes.length > 0) used.add(subject);
  }
  await detachSaying(
    client,
    referrers.filter(({ subject }) => !used.has(subject)),
    signal,
  );
  const subjects = signatures?.subjects.filter((each) => !used.has(each.digest)) ?? [];
  await unsignSaying(client, signatures && { ...signatures, subjects }, signal);
}

/** A failure is a warning. */
export async function unsignSaying(
  client: RegistryClient,
  signatures: DroppedSignatures | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signatures === undefined) return;
  try {
    await removeSignatures(client, signatures, signal);
  } catch (error) {
    signal?.throwIfAborted();
    warnAbout(
      `${client.description}: could not remove the signatures of ${signatures.signer}`,
      error,
    );
  }
}

/** A failure is a warning. */
export async function detachSaying(
  client: RegistryClient,
  referrers: readonly RecordedReferrer[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (referrers.length === 0) return;
  const digests = referrers.map((each) => each.digest);
  try {
    await detach(client, referrers, signal);
    sayRemoved(client.description, digests);
  } catch (error) {
    signal?.throwIfAborted();
    warnAbout(`${client.description}: could not remove ${digests.join(", ")}`, error);
  }
}

const without = (all: readonly string[], some: readonly string[]): string[] =>
  all.filter((each) => !some.includes(each));

/** Why the manifest stays. */
function othersUsing({ tags }: OwnedImage, { pointing, indexes }: TagStanding): string[] {
  const others = pointing.filter((tag) => !tags.has(tag));
  return [
    ...(others.length > 0 ? [`other tags point to it: ${others.join(", ")}`] : []),
    ...(indexes.length > 0 ? [`it is in the index of ${indexes.join(", ")}`] : []),
  ];
}

const claims = ({ claimed }: OwnedImage): string[] =>
  claimed.length === 0 ? [] : [`another resource of this stack uses ${claimed.join(", ")}`];

function sayRemoved(description: string, removed: readonly string[]): void {
  if (removed.length > 0) log.info(`${description}: removed ${removed.join(", ")}`);
}

/** Logs the tags that the resource pushed and that somebody moved since. */
function sayKept({ client, tags }: OwnedImage, { moved }: TagStanding): void {
  for (const [tag, digest] of moved)
    if (tags.has(tag))
      log.info(`${client.description}: kept ${tag}, which now points to ${digest}`);
}

// A registry that forbids deletion must not keep the resource in state for ever, so its refusal is a warning.
// Both functions return what was removed.

async function deleteManifest(image: OwnedImage, tags: readonly string[]): Promise<string[]> {
  const { client, digest, signal } = image;
  try {
    await client.deleteManifest(digest, signal);
    return [...tags, digest];
  } catch (error) {
    signal?.throwIfAborted();
    // Google's registries refuse to delete a manifest that has a tag, so its tags are deleted first.
    if (wantsTagsFirst(error) && tags.length > 0) {
      const removed = await deleteTags(image, tags);
      if (removed.length < tags.length) return removed;
      return [...removed, ...(await deleteManifest(image, []))];
    }
    warnAbout(`${client.description}: could not remove ${digest}`, error);
    return [];
  }
}

async function deleteTags(
  { client, signal }: OwnedImage,
  tags: readonly string[],
): Promise<string[]> {
  for (const [at, tag] of tags.entries())
    try {
      await client.deleteTag(tag, signal);
    } catch (error) {
      signal?.throwIfAborted();
      // The other tags would fail for the same reason.
      const left = tags.slice(at).join(", ");
      if (cannotUntag(error))
        log.warn(
          `${client.description}: this registry cannot delete a tag without its image, so it keeps ${left}`,
        );
      else warnAbout(`${client.description}: could not remove ${left}`, error);
      return tags.slice(0, at);
    }
  return [...tags];
}

function warnAbout(subject: string, error: unknown): void {
  const [first = "", ...more] = renderLines(error);
  log.warn([`${subject}: ${first}`, ...more]);
}

const wantsTagsFirst = (error: unknown): boolean =>
  error instanceof RegistryRefused && error.codes.some((code) => code.endsWith("DANGLING_TAG"));

/** Distribution 2 wants a digest; others say that they do not support it. */
const cannotUntag = (error: unknown): boolean =>
  error instanceof RegistryRefused &&
  error.codes.some((code) => code === "DIGEST_INVALID" || code === "UNSUPPORTED");
