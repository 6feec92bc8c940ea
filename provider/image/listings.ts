import type { StorePath } from "../formats/nix/store-path.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { PlatformInput } from "../plan/platform-input.ts";
import type { FetchOptions } from "./fetch-listings.ts";
import type { Session } from "./session.ts";

export interface LearnOptions extends FetchOptions {
  /** Asked before the first download, so that a preview without digests can stop there. */
  readonly mayFetch: boolean;
}

/**
 * Learns what is in packages, so that the profile can be planned. Answers whether all listings are
 * known now; false only where fetching was not allowed.
 */
export async function learnListings(
  session: Session,
  input: PlatformInput,
  needed: readonly StorePath[],
  options: LearnOptions,
): Promise<boolean> {
  const unknown: PathInfo[] = [];
  for (const path of needed) {
    const info = input.system.paths.get(path);
    if (info !== undefined && (await session.knowledge.findListing(info.narHash)) === undefined)
      unknown.push(info);
  }
  if (unknown.length === 0) return true;
  if (!options.mayFetch) return false;
  // Loaded when there is work: most checks find nothing changed.
  const { fetchListings } = await import("./fetch-listings.ts");
  await fetchListings(session, input, unknown, options);
  return true;
}
