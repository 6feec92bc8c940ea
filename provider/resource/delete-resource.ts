/**
 * Delete: keeps what was pushed, unless `deleteFromRegistry` is set. Then {@link OwnedImage} decides what to remove
 * from each repository that has the image, and the log says what was removed and what was kept.
 * @module
 */
import { renderLines, throwAll } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { Repository } from "../formats/oci/reference.ts";
import { RegistryClient } from "../registry/client.ts";
import { detachSaying, OwnedImage, unsignSaying } from "./owned-image.ts";
import { droppedReferrers } from "./recorded-referrers.ts";
import { droppedSignatures } from "./recorded-signatures.ts";
import { Recorded } from "./recorded.ts";
import type { ResourceSession } from "./resource-session.ts";
import { Target } from "./target.ts";

export async function deleteResource(
  session: ResourceSession,
  recorded: Recorded,
  signal?: AbortSignal,
): Promise<void> {
  const failures: unknown[] = [];
  for (const image of OwnedImage.ofState(session, recorded, signal)) {
    signal?.throwIfAborted();
    await OwnedImage.remove(image).catch((error: unknown) => failures.push(error));
  }
  throwAll(failures);
}

export interface ToPrune {
  readonly before: Recorded;
  readonly after: Recorded;
  readonly signal?: AbortSignal | undefined;
}

/**
 * After an update, removes what the program no longer attaches to the image, and, with `deleteFromRegistry`, the tags
 * that it no longer names, and the image from mirrors likewise.
 */
export async function pruneUnreferenced(
  session: ResourceSession,
  { before, after, signal }: ToPrune,
): Promise<void> {
  const wanted = new Set(Recorded.tags(after));
  const kept = new Set(Target.repositories(after.target).map(Repository.format));
  const { deleteFromRegistry } = after;
  const dropped = droppedReferrers(before, after);
  const signatures = await droppedSignatures(before, after);
  for (const repository of Target.repositories(before.target)) {
    if (!kept.has(Repository.format(repository))) continue;
    const client = new RegistryClient(repository);
    await detachSaying(client, dropped, signal);
    await unsignSaying(client, signatures, signal);
  }
  for (const image of OwnedImage.ofState(session, { ...before, deleteFromRegistry }, signal)) {
    signal?.throwIfAborted();
    const { description } = image.client;
    const removal = kept.has(description)
      ? OwnedImage.removeTags(image, wanted)
      : OwnedImage.remove(image);
    // What was pushed is recorded all the same: a mirror may be dropped because it is down.
    await removal.catch((error: unknown) => {
      const [first = "", ...more] = renderLines(error);
      log.warn([
        `${description}: what the program no longer names was not removed: ${first}`,
        ...more,
      ]);
    });
  }
}
