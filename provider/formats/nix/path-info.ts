import type { NarHash } from "./nix-hash.ts";
import type { StorePath } from "./store-path.ts";

/** What a store knows of a valid path; the fields of Nix's `ValidPathInfo`. */
export interface PathInfo {
  readonly storePath: StorePath;
  readonly narHash: NarHash;
  /** Bytes, 1..2^53-1, always a multiple of 8. */
  readonly narSize: number;
  /** Sorted bytewise, without duplicates; may hold `storePath` itself. */
  readonly references: readonly StorePath[];
  /** `name:base64`, each. */
  readonly signatures: readonly string[];
  /** Base name of the derivation; not covered by signatures. */
  readonly deriver?: string | undefined;
  /** `text:sha256:…`, `fixed:r:sha256:…`, `fixed:sha256:…`: the path can be recomputed from it. */
  readonly ca?: string | undefined;
}
