import { deleteResource, pruneUnreferenced } from "../resource/delete-resource.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import { Recorded } from "../resource/recorded.ts";
import { ResourceSession } from "../resource/resource-session.ts";

/** @param props outputs in state. */
export const remove = (props: PropertyMap, session = new ResourceSession()): Promise<void> =>
  deleteResource(session, Recorded.parse(props));

/** @param olds outputs before an update. @param news outputs after it. */
export const prune = (
  session: ResourceSession,
  olds: PropertyMap,
  news: PropertyMap,
): Promise<void> => pruneUnreferenced(session, Recorded.parse(olds), Recorded.parse(news));
