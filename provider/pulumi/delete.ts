import { deleteResource, pruneUnreferenced } from "../resource/delete-resource.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import { Recorded } from "../resource/recorded.ts";
import { ResourceSession } from "../resource/resource-session.ts";

/** @param props outputs in state. */
export const remove = (
  props: PropertyMap,
  session = new ResourceSession(),
  signal?: AbortSignal,
): Promise<void> => deleteResource(session, Recorded.parse(props), signal);

export interface ToPrune {
  /** Outputs before an update, and after it. */
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  readonly signal?: AbortSignal | undefined;
}

/** After an update, removes what it no longer names. */
export const prune = (session: ResourceSession, { olds, news, signal }: ToPrune): Promise<void> =>
  pruneUnreferenced(session, {
    before: Recorded.parse(olds),
    after: Recorded.parse(news),
    signal,
  });
