import type { StorePath } from "../formats/nix/store-path.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { PlatformInput } from "../plan/platform-input.ts";
import type { FetchOptions } from "./fetch-listings.ts";
import type { BuildSession } from "./build-session.ts";

export interface ListingOptions extends FetchOptions {
  /** False for a preview without digests, which downloads nothing. */
  readonly mayFetch: boolean;
}

/**
 * Finds out which files the packages hold, so that the profile can be planned. Returns whether all
 * listings are known now: false only if they would have to be fetched, and `mayFetch` is false.
 */
export async function ensureListings(
  session: BuildSession,
  input: PlatformInput,
  needed: readonly StorePath[],
  options: ListingOptions,
): Promise<boolean> {
  const unknown: PathInfo[] = [];
  for (const path of needed) {
    const info = input.system.paths.get(path);
    if (info !== undefined && (await session.knownLayers.findListing(info.narHash)) === undefined)
      unknown.push(info);
  }
  if (unknown.length === 0) return true;
  if (!options.mayFetch) return false;
  // Loaded when there is work: most checks find nothing changed.
  const { fetchListings } = await import("./fetch-listings.ts");
  await fetchListings(session, input, unknown, options);
  return true;
}
