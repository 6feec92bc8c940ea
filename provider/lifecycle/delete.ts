/**
 * delete: keeps what was pushed. With `deleteFromRegistry` it removes, from every repository that the image
 * was pushed to, the tags that still point to our digest, and the manifest only when no other tag does; never
 * a digest blindly, and nothing that another resource of this operation, such as its own replacement,
 * claims.
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import { renderLines, throwAll } from "../base/errors.ts";
import { log } from "../base/log.ts";
import type { Digest } from "../oci/digest.ts";
import { Repository } from "../oci/reference.ts";
import { RegistryRefused } from "../registry/answer.ts";
import { RegistryClient } from "../registry/client.ts";
import { isClaimed } from "./claims.ts";
import { Recorded } from "./recorded.ts";
import type { Wire } from "./wire.ts";

/** Requests in flight for one repository. */
const WIDTH = 4;

/** @param props outputs in state. */
export async function remove(props: Wire): Promise<void> {
  const failures: unknown[] = [];
  for (const ours of oursIn(Recorded.parse(props)))
    await removeAll(ours).catch((error: unknown) => failures.push(error));
  throwAll(failures);
}

/** After an update: the tags that nobody asks for any more, and all that is in mirrors no longer named. */
export async function removeDropped(olds: Wire, news: Wire): Promise<void> {
  const after = Recorded.parse(news);
  const wanted = new Set(Recorded.tags(after));
  const kept = new Set(Recorded.repositories(after).map(Repository.format));
  const { deleteFromRegistry } = after;
  for (const ours of oursIn({ ...Recorded.parse(olds), deleteFromRegistry })) {
    const { description } = ours.client;
    const removal = kept.has(description) ? removeTags(ours, wanted) : removeAll(ours);
    // What was pushed is recorded all the same: a mirror may be dropped because it is down.
    await removal.catch((error: unknown) =>
      warnAbout(`${description}: what is no longer asked for stays`, error),
    );
  }
}

/** What a resource with `deleteFromRegistry` may remove from one repository. */
interface Ours {
  readonly client: RegistryClient;
  readonly digest: Digest;
  /** That nobody claims. */
  readonly tags: ReadonlySet<string>;
  readonly claimed: readonly string[];
}

function oursIn(recorded: Recorded): Ours[] {
  const digest = Recorded.digest(recorded);
  if (!recorded.deleteFromRegistry || digest === undefined) return [];
  const tags = Recorded.tags(recorded);
  return Recorded.repositories(recorded).map((repository) => {
    const claimed = tags.filter((tag) => isClaimed(`${Repository.format(repository)}:${tag}`));
    return {
      client: new RegistryClient(repository),
      digest,
      tags: new Set(tags.filter((tag) => !claimed.includes(tag))),
      claimed,
    };
  });
}

async function removeAll({ client, digest, tags, claimed }: Ours): Promise<void> {
  const pointing = await pointingTo(digest, client, [...tags, ...(await client.listTags())]);
  const removable = pointing.filter((tag) => tags.has(tag));
  // With the manifest go all its tags.
  if (removable.length === pointing.length && claimed.length === 0)
    await deleteManifest(client, digest);
  else await deleteTags(client, removable);
}

async function removeTags({ client, digest, tags }: Ours, wanted: ReadonlySet<string>) {
  const dropped = [...tags].filter((tag) => !wanted.has(tag));
  await deleteTags(client, await pointingTo(digest, client, dropped));
}

/** Each once. */
async function pointingTo(
  digest: Digest,
  client: RegistryClient,
  tags: readonly string[],
): Promise<string[]> {
  const each = [...new Set(tags)];
  const heads = await mapConcurrent(each, { width: WIDTH }, (tag, signal) =>
    client.headManifest(tag, signal),
  );
  return each.filter((_, at) => heads[at]?.digest === digest);
}

// A registry that forbids deletion must not keep the resource in state for ever, so it is warned about.

async function deleteManifest(client: RegistryClient, digest: Digest): Promise<void> {
  try {
    await client.deleteManifest(digest);
  } catch (error) {
    warnAbout(`${client.description}: could not remove ${digest}`, error);
  }
}

async function deleteTags(client: RegistryClient, tags: readonly string[]): Promise<void> {
  for (const [at, tag] of tags.entries())
    try {
      await client.deleteTag(tag);
    } catch (error) {
      // What is the matter with one is with the others.
      const left = tags.slice(at).join(", ");
      if (cannotUntag(error))
        log.warn(
          `${client.description}: this registry cannot delete a tag without its image; what stays: ${left}`,
        );
      else warnAbout(`${client.description}: could not remove ${left}`, error);
      return;
    }
}

function warnAbout(subject: string, error: unknown): void {
  const [first = "", ...more] = renderLines(error);
  log.warn([`${subject}: ${first}`, ...more]);
}

/** Distribution 2 wants a digest; others say that they do not support it. */
const cannotUntag = (error: unknown): boolean =>
  error instanceof RegistryRefused &&
  error.codes.some((code) => code === "DIGEST_INVALID" || code === "UNSUPPORTED");
