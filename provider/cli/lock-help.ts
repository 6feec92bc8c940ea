/** `lix-image lock --help` @module */
import { REQUIRED_ATTRIBUTES } from "../lock/attributes.ts";

export const LOCK_HELP = `lix-image lock: write the lock file that names every package of an image

  lix-image lock --path ATTR=/nix/store/… [--path ATTR.OUTPUT=/nix/store/…]…
  lix-image lock --nix FILE.nix [--package ATTR]…

Needed are ${wrap(REQUIRED_ATTRIBUTES.join(" "))}.
"nix" is the Lix to ship. The closure, sizes, hashes and signatures come from the caches; nothing is built,
and no contents are downloaded. The same input gives the same bytes.

Packages from store paths:
  --path ATTR=PATH      a package, or with ATTR.OUTPUT one output of it, whose path ends in -OUTPUT. May be
                        repeated; the first output of a package is its default output. With --nix it
                        replaces or adds a package.
  --priority ATTR=N     its meta.priority (default 5; a lower number wins a collision)

Packages from a Nix file, by an installed Nix or Lix:
  --nix FILE            gives a set of packages such as nixpkgs, or a function of { system } that does:
                          { system }: let pkgs = import <nixpkgs> { inherit system; };
                          in pkgs // { nix = pkgs.lix; }
  --package ATTR        one more: jq, curl.dev, python3Packages.requests. May be repeated.

  --nixpkgs PATH        the nixpkgs to bundle (default: the path attribute of what FILE gives, copied to the
                        store by its base name as docker.nix does it)
  --no-nixpkgs          bundle none: images need bundleNixpkgs: false

Where paths come from:
  --cache URL           http(s)://, file://, or a folder, which is written relative to the lock. May be
                        repeated, in order of preference (default: https://cache.nixos.org with its key)
  --trusted-public-key KEY
                        a key of the --cache before it. May be repeated. A path must be signed by a key of any
                        cache, or be content-addressed.

  --system SYSTEM       what --path, --nixpkgs and --no-nixpkgs behind it are for (default: x86_64-linux).
                        May be repeated, for a lock of several systems.
  --output FILE         default: lix-image.lock.json. It is replaced as a whole.
`;

function wrap(text: string): string {
  return text.replace(/(.{60,90}?) /g, "$1\n");
}
