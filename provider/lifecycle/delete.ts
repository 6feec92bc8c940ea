/**
 * delete: keeps what was pushed. With `deleteFromRegistry` it removes tags that still point to our
 * digest, and the manifest only when no other tag does; never a digest blindly, and nothing that
 * another resource of this operation, such as its own replacement, claims.
 * @module
 */
import { log } from "../base/log.ts";
import { render } from "../base/errors.ts";
import type { Digest } from "../oci/digest.ts";
import { Repository } from "../oci/reference.ts";
import { RegistryClient } from "../registry/client.ts";
import { isClaimed } from "./claims.ts";
import { Recorded } from "./recorded.ts";
import type { Wire } from "./wire.ts";

/** @param props outputs in state. */
export async function remove(props: Wire): Promise<void> {
  const ours = Ours.of(props);
  if (ours === undefined) return;
  const { client, digest } = ours;
  const pointing: string[] = [];
  for (const tag of new Set([...ours.tags, ...(await client.listTags())]))
    if ((await client.headManifest(tag))?.digest === digest) pointing.push(tag);
  const removable = pointing.filter((tag) => ours.tags.has(tag));
  // With the manifest go all its tags.
  const whole = removable.length === pointing.length && ours.claimed.length === 0;
  await attempt(client, whole ? [digest] : removable, () =>
    whole ? client.deleteManifest(digest) : deleteTags(client, removable),
  );
}

/** After an update: the tags that nobody asks for any more. */
export async function removeDroppedTags(olds: Wire, news: Wire): Promise<void> {
  const ours = Ours.of({ ...olds, deleteFromRegistry: news["deleteFromRegistry"] });
  if (ours === undefined) return;
  const { client, digest } = ours;
  const dropped: string[] = [];
  const wanted = new Set(Recorded.tags(Recorded.parse(news)));
  for (const tag of ours.tags)
    if (!wanted.has(tag) && (await client.headManifest(tag))?.digest === digest) dropped.push(tag);
  await attempt(client, dropped, () => deleteTags(client, dropped));
}

/** What a resource with `deleteFromRegistry` may remove. */
interface Ours {
  readonly client: RegistryClient;
  readonly digest: Digest;
  /** That nobody claims. */
  readonly tags: ReadonlySet<string>;
  readonly claimed: readonly string[];
}

const Ours = {
  of(props: Wire): Ours | undefined {
    const recorded = Recorded.parse(props);
    const repository = Recorded.repository(recorded);
    const digest = Recorded.digest(recorded);
    if (!recorded.deleteFromRegistry || repository === undefined || digest === undefined)
      return undefined;
    const tags = Recorded.tags(recorded);
    const claimed = tags.filter((tag) => isClaimed(`${Repository.format(repository)}:${tag}`));
    return {
      client: new RegistryClient(repository),
      digest,
      tags: new Set(tags.filter((tag) => !claimed.includes(tag))),
      claimed,
    };
  },
};

async function deleteTags(client: RegistryClient, tags: readonly string[]): Promise<void> {
  for (const tag of tags) await client.deleteTag(tag);
}

/** A registry that forbids deletion must not keep the resource in state for ever. */
async function attempt(
  client: RegistryClient,
  what: readonly string[],
  removal: () => Promise<void>,
): Promise<void> {
  try {
    await removal();
  } catch (error) {
    log.warn(`${client.description}: could not remove ${what.join(", ")}: ${render(error)}`);
  }
}
