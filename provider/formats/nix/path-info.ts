/**
 * What a store knows of a valid path: the fields of Nix's `ValidPathInfo`, by who vouches for them.
 * @see https://github.com/tvlfyi/tvix/blob/canon/nix-compat/src/narinfo/mod.rs (the same groups)
 * @module
 */
import type { NarHash } from "./nix-hash.ts";
import type { StorePath } from "./store-path.ts";

/** A signature covers these fields, and no others. */
export interface SignedFields {
  readonly storePath: StorePath;
  readonly narHash: NarHash;
  /** Bytes, 1..2^53-1, always a multiple of 8. */
  readonly narSize: number;
  /** Sorted bytewise, without duplicates; may hold `storePath` itself. */
  readonly references: readonly StorePath[];
}

/** What proves the signed fields. */
export interface Proofs {
  /** `name:base64`, each. */
  readonly signatures: readonly string[];
  /**
   * `text:sha256:…`, `fixed:r:sha256:…`, `fixed:sha256:…`. No signature covers it, but the store path can
   * be recomputed from it.
   */
  readonly ca?: string | undefined;
}

/** The derivation's fields. Nothing proves them, and we only pass them on. */
export interface DerivationFields {
  /** Base name of the derivation. */
  readonly deriver?: string | undefined;
}

export interface PathInfo extends SignedFields, Proofs, DerivationFields {}
