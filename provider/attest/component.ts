/** What an image is made of, one component each: the model behind every document. @module */
import { parseDrvName } from "../formats/nix/drv-name.ts";
import type { NarHash } from "../formats/nix/nix-hash.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { DiffId, Digest } from "../formats/oci/digest.ts";
import type { LockedPackage } from "../lock/lock.ts";
import { wellFormedCpe } from "./cpe.ts";

export interface Component {
  /** Unique in an image: the base name of a store path. */
  readonly id: string;
  /** `source`: nixpkgs or a flake registry. `generated`: made here, and not from a cache. */
  readonly kind: "package" | "source" | "generated";
  readonly name: string;
  readonly version: string | undefined;
  /** Undefined for the files outside the store. */
  readonly storePath: StorePath | undefined;
  readonly narHash: NarHash | undefined;
  /** Name of the output, where it is known and not `out`. */
  readonly output: string | undefined;
  /** Base name of the derivation. */
  readonly deriver: string | undefined;
  /** The package of the lock whose output it is. Undefined for a dependency that the lock does not name. */
  readonly package: LockedPackage | undefined;
  readonly homepage: string | undefined;
  /** URL of the tarball that the lock gives, where no cache has it. */
  readonly tarball: string | undefined;
  /** The keys of the lock that signed it: `name:base64`, each. */
  readonly signedBy: readonly string[];
  readonly contentAddress: string | undefined;
  /** The components that it refers to, without itself; sorted. */
  readonly references: readonly string[];
  /** The layers that hold it: one for each platform that has it. */
  readonly layers: readonly LayerDigests[];
}

export interface LayerDigests {
  readonly digest: Digest;
  readonly diffId: DiffId;
}

export interface NameAndVersion {
  readonly name: string;
  readonly version: string | undefined;
  readonly output: string | undefined;
}

// The outputs that nixpkgs makes. @see nixpkgs pkgs/build-support/setup-hooks/multiple-outputs.sh
const OUTPUTS = /-(bin|dev|lib|include|doc|devdoc|man|devman|info|debug|static)$/;

/**
 * What the name of a store path says. Its derivation, if known, shows where an output's name begins:
 * `curl-8.9.1-bin` is the output `bin` of `curl-8.9.1.drv`.
 */
export function nameOfPath(path: StorePath, deriver: string | undefined): NameAndVersion {
  const full = StorePath.name(path);
  const derivation = deriver && StorePath.name(StorePath.fromBaseName(deriver)).slice(0, -4);
  const output =
    derivation === undefined
      ? OUTPUTS.exec(full)?.[1]
      : full.startsWith(`${derivation}-`)
        ? full.slice(derivation.length + 1)
        : undefined;
  const { name, version } = parseDrvName(
    output === undefined ? full : full.slice(0, -output.length - 1),
  );
  return { name, version, output };
}

/** What the lock says of the package. Some packages of nixpkgs have an empty version. */
export function nameOfPackage({
  name,
  version = "",
}: LockedPackage): Omit<NameAndVersion, "output"> {
  if (version === "") return parseDrvName(name);
  return name.endsWith(`-${version}`)
    ? { name: name.slice(0, -version.length - 1), version }
    : { name: parseDrvName(name).name, version };
}

export interface Cpes {
  readonly known: string | undefined;
  /** What nixpkgs guesses where it knows none. */
  readonly guesses: readonly string[];
}

/** Those that are well-formed. */
export function cpesOf({ package: locked }: Component): Cpes {
  const { cpe, possibleCPEs = [] } = locked?.identifiers ?? {};
  const guesses = cpe === undefined ? possibleCPEs : [];
  return {
    known: cpe === undefined ? undefined : wellFormedCpe(cpe),
    guesses: guesses.flatMap((guess) => wellFormedCpe(guess) ?? []),
  };
}
