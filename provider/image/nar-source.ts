import type { Lock } from "../lock/lock.ts";
import { NarSource } from "../substituter/chain.ts";
import { openSubstituter } from "../substituter/open.ts";
import type { Session } from "./session.ts";

/**
 * The caches of a lock, in its order; one chain for all images of a session that use the same ones.
 * Not a method of the session, which a check that downloads nothing has too: it would load them.
 */
export function narSourceOf(session: Session, lock: Lock): NarSource {
  const urls = lock.caches.map((cache) => cache.url);
  const key = urls.join("\n");
  const known = session.narSources.get(key);
  if (known !== undefined) return known;
  const source = new NarSource(urls.map((url) => openSubstituter(url)));
  session.narSources.set(key, source);
  return source;
}
