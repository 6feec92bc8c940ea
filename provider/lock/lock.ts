/**
 * The lock after reading, of either format: parsed, closed under references, signatures checked.
 * @module
 */
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import type { PackageMetadata } from "./package-metadata.ts";

export interface Lock {
  readonly caches: readonly LockedCache[];
  /** By Nix system: `x86_64-linux`. */
  readonly systems: ReadonlyMap<string, LockedSystem>;
}

export interface LockedCache {
  /** `http(s)://…`, `file:///…`, `s3://…`, `local`; a relative path in the file is an absolute `file://` URL here. */
  readonly url: string;
  /** The relative path, where the file has one: it is the same on every machine. */
  readonly relativePath?: string | undefined;
  /** `name:base64`, each. */
  readonly trustedPublicKeys: readonly string[];
}

export interface LockedSystem {
  readonly system: string;
  /** `pkgs.path`; undefined when the lock has null. */
  readonly nixpkgs: StorePath | undefined;
  readonly packages: ReadonlyMap<string, LockedPackage>;
  /** The closure, sorted by store path. */
  readonly paths: ReadonlyMap<StorePath, LockedPath>;
}

export interface LockedPackage extends PackageMetadata {
  readonly attribute: string;
  /** `curl-8.9.1`, without the output's suffix. */
  readonly name: string;
  /** Always there for the attribute `nix`. */
  readonly version: string | undefined;
  /** Output name to store path, in the lock's order. */
  readonly outputs: ReadonlyMap<string, StorePath>;
  /** The first output: what `"${curl}"` is. */
  readonly defaultOutput: string;
  readonly outputsToInstall: readonly string[];
  /** `meta.priority`; a lower number wins. */
  readonly priority: number;
  /** The attribute is itself one output (`bind.dnsutils`). */
  readonly outputSpecified: boolean;
}

export interface LockedPath extends PathInfo {
  /** Bytes of the compressed NAR, a hint for progress. */
  readonly downloadSize?: number | undefined;
  /** For a path that no cache has: a tarball whose one top folder has this path's NAR. */
  readonly fetch?: { readonly tarball: string } | undefined;
}
