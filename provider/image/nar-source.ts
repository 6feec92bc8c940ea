import type { Lock } from "../lock/lock.ts";
import { NarSource } from "../substituter/chain.ts";
import { openSubstituter } from "../substituter/open.ts";
import type { BuildSession } from "./build-session.ts";

/**
 * The caches of a lock, in its order; the images of a session share the chain if they use the same caches.
 * It is not a method of the session, because a check that downloads nothing would load the clients, too.
 */
export function narSourceOf(session: BuildSession, lock: Lock): NarSource {
  const urls = lock.caches.map((cache) => cache.url);
  const key = urls.join("\n");
  const known = session.narSources.get(key);
  if (known !== undefined) return known;
  const { lateCaches } = session;
  const source = new NarSource(
    urls.map((url) => openSubstituter(url, session.caches)),
    { lateCaches },
  );
  session.narSources.set(key, source);
  return source;
}
