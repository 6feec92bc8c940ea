/**
 * What a lock must hold for the image of docker.nix: every attribute that it takes from `pkgs`, in the
 * order of that file. `nix` is the Lix to ship, `cacert.out` is an output of `cacert`.
 * @module
 */
export const REQUIRED_ATTRIBUTES = [
  // layerContents
  "coreutils-full",
  "curl",
  "libxml2",
  "sqlite",
  "gitMinimal",
  // autoLayered
  "bashInteractive",
  "gnutar",
  "gzip",
  "gnugrep",
  "which",
  "less",
  "wget",
  "man",
  "cacert",
  "findutils",
  "iana-etc",
  "openssh",
  "nix",
  // baseSystem: /usr/bin/env and nobody's shell
  "coreutils",
  "shadow",
] as const;

/** Those that are not among `attributes`, in the same order. */
export function missingAttributes(attributes: Iterable<string>): string[] {
  const there = new Set(attributes);
  return REQUIRED_ATTRIBUTES.filter((attribute) => !there.has(attribute));
}
