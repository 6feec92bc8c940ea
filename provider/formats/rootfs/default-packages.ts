/**
 * The attributes that docker.nix takes from `pkgs`, in its order.
 * @module
 */

/** layerContents: each list is one layer; the fourth is the channel. */
export const LAYER_GROUPS = [
  ["coreutils-full"],
  ["curl", "libxml2", "sqlite"],
  ["gitMinimal"],
] as const;

/** autoLayered; `cacert.out` is an output, `nix` the Lix to ship. */
export const AUTO_LAYERED = [
  "bashInteractive",
  "gnutar",
  "gzip",
  "gnugrep",
  "which",
  "less",
  "wget",
  "man",
  "cacert.out",
  "findutils",
  "iana-etc",
  "openssh",
  "nix",
] as const;

/** baseSystem: /usr/bin/env, and nobody's shell. */
export const LINKED_BY_BASE_SYSTEM = ["coreutils", "shadow"] as const;
