/** `lix-image lock --help` @module */
import { REQUIRED_ATTRIBUTES } from "../resolve/attributes.ts";

export const LOCK_HELP = `lix-image lock: write the lock file that names every package of an image

  lix-image lock --channel nixos-unstable [--package ATTR]…
  lix-image lock --nix FILE.nix | --flake REF [--package ATTR]…
  lix-image lock --path ATTR=/nix/store/… [--path ATTR.OUTPUT=/nix/store/…]…
  lix-image lock --update [ATTR]… | --check [--json] [--markdown FILE] [--image ARGS.json]

Needed are ${wrap(REQUIRED_ATTRIBUTES.join(" "))}.
"nix" is the Lix to ship. The closure, sizes, hashes and signatures come from the caches; nothing is built,
and of contents only a tarball of nixpkgs is downloaded. The same input gives the same bytes.

Packages from a channel, without Nix:
  --channel NAME|URL    nixos-unstable, nixpkgs-unstable, nixos-26.05, …; the URL of a channel; or that of one
                        release below https://releases.nixos.org, which stays. Hydra is asked once a second,
                        so that the first lock of a system takes a minute.
  --lix ATTR            the channel's Lix: lix (default), lixPackageSets.stable.lix, …; release:2.93.3 or
                        release:latest for a release of the Lix project, which brings a second glibc

Packages from an installed Nix or Lix:
  --nix FILE            gives a set of packages such as nixpkgs, or a function of { system } that does:
                          { system }: let pkgs = import <nixpkgs> { inherit system; };
                          in pkgs // { nix = pkgs.lix; }
  --flake REF[#NAME]    what a flake has below NAME (default: legacyPackages): packages, or systems with theirs

  --package ATTR        one more: jq, curl.dev, python3Packages.requests. May be repeated.

Packages from store paths; together with the others they replace or add a package:
  --path ATTR=PATH      a package, or with ATTR.OUTPUT one output of it, whose path ends in -OUTPUT. May be
                        repeated; the first output of a package is its default output.
  --priority ATTR=N     its meta.priority (default 5; a lower number wins a collision)

The nixpkgs to bundle (default: the channel's tarball; with --nix and --flake the path attribute, copied to
the store by its base name as docker.nix does it):
  --nixpkgs git         the channel's commit from GitHub, without the channel's extra files
  --nixpkgs URL         a tarball of one folder
  --nixpkgs PATH        a store path
  --no-nixpkgs          bundle none: images need bundleNixpkgs: false

Where paths come from:
  --cache URL           http(s)://, s3://, file://, local, or a folder, which is written relative to the lock.
                        May be repeated, in order of preference (default: https://cache.nixos.org with its key)
  --trusted-public-key KEY
                        a key of the --cache before it. May be repeated. A path must be signed by a key of any
                        cache, or be content-addressed.
  --export DIR --secret-key-file FILE
                        puts what no cache has but this machine's store into a cache in a folder, signed
  --store URL           the store to export from: local (default), local?root=DIR

Later:
  --update [ATTR]…      makes the lock again by the options that made it, which stand beside it in
                        lix-image.lock.args, and prints what changes, as Markdown; with ATTR only these packages
  --check               prints the same and writes no lock. Exits with 0 when the lock is up to date, with 3
                        when it is out of date, and with 1 when that cannot be found out.
  --json                prints what changes as JSON
  --markdown FILE       writes the body of a pull request: what changes, and with it the layers and the bytes to
                        push. For these the packages that change are downloaded.
  --image ARGS.json     the image whose layers are meant (default: one with all packages of the lock)

  --system SYSTEM       what --path, --nixpkgs and --no-nixpkgs behind it are for (default: x86_64-linux).
                        May be repeated, for a lock of several systems.
  --output FILE         default: lix-image.lock.json. It is replaced as a whole.
`;

function wrap(text: string): string {
  return text.replace(/(.{60,90}?) /g, "$1\n");
}
