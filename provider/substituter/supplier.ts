/** Who may have a path of a lock: its caches, and the tarball that it names. @module */
import { redactUrl } from "../base/redact.ts";
import type { NarInfo } from "../formats/nix/narinfo.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { Pace } from "./late-caches.ts";
import type { NarInfosAhead } from "./narinfo-ahead.ts";
import type { StoredNar, Substituter } from "./substituter.ts";
import { fetchTarball } from "./tarball-source.ts";

/** A path of a lock, and the tarball that can supply it, too. */
export interface LockedNar extends PathInfo {
  readonly fetch?: { readonly tarball: string } | undefined;
}

/** A cache or tarball that may have a path. */
export interface Supplier {
  /** For messages: redacted. */
  readonly url: string;
  /** Throws if there is none. */
  find(info: LockedNar, signal: AbortSignal | undefined): Promise<FoundNar>;
}

/** Opens the NAR. */
export type FoundNar = (signal: AbortSignal | undefined, pace: Pace) => StoredNar;

export const cacheSupplier = (cache: Substituter, ahead: NarInfosAhead): Supplier => ({
  url: cache.url,
  async find(info, signal) {
    if (cache.openPath !== undefined) {
      const nar = await cache.openPath(info.storePath, signal);
      if (nar === undefined) throw new Missing("does not have it");
      return () => ({ bytes: nar, compression: "none" });
    }
    const narInfo = await ahead.narInfo(cache, info.storePath, signal);
    if (narInfo === undefined)
      throw cache.refusal?.(info.storePath) ?? new Missing("does not have it");
    const other = disagreement(narInfo, info);
    if (other !== undefined) throw new Missing(`has another ${other} than the lock`);
    const { compression } = narInfo;
    return (reading, pace) => ({ bytes: cache.openNar(narInfo, reading, pace), compression });
  },
});

export const tarballSupplier = (url: string): Supplier => ({
  url: redactUrl(url),
  find:
    async ({ narSize }) =>
    (signal) => ({ bytes: fetchTarball({ url, narSize, signal }), compression: "none" }),
});

function disagreement(narInfo: NarInfo, info: PathInfo): string | undefined {
  if (narInfo.narHash !== info.narHash) return "NarHash";
  if (narInfo.narSize !== info.narSize) return "NarSize";
  const equal = narInfo.references.join(" ") === info.references.join(" ");
  return equal ? undefined : "list of References";
}

/** The cache works, but cannot supply this path. */
class Missing extends Error {}
