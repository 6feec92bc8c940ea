/**
 * delete: keeps what was pushed. With `deleteFromRegistry` it removes tags that still point to our
 * digest, and the manifest only when no other tag does; never a digest blindly.
 * @module
 */
import { log } from "../base/log.ts";
import { render } from "../base/errors.ts";
import { RegistryClient } from "../registry/client.ts";
import { Recorded } from "./recorded.ts";
import type { Wire } from "./wire.ts";

/** @param props outputs in state. */
export async function remove(props: Wire): Promise<void> {
  const recorded = Recorded.parse(props);
  const repository = Recorded.repository(recorded);
  const digest = Recorded.digest(recorded);
  if (!recorded.deleteFromRegistry || repository === undefined || digest === undefined) return;
  const client = new RegistryClient(repository);
  const ours: string[] = [];
  const others: string[] = [];
  const mine = new Set(Recorded.tags(recorded));
  for (const tag of new Set([...mine, ...(await client.listTags())])) {
    const there = await client.headManifest(tag);
    if (there?.digest !== digest) continue;
    (mine.has(tag) ? ours : others).push(tag);
  }
  const target = `${repository.host}/${repository.name}`;
  try {
    if (others.length === 0) await client.deleteManifest(digest);
    else for (const tag of ours) await client.deleteTag(tag);
  } catch (error) {
    // A registry that forbids deletion must not keep the resource in state for ever.
    log.warn(`${target}: could not remove ${ours.join(", ") || digest}: ${render(error)}`);
  }
}
