/** The channel that root is subscribed to: where `<nixpkgs>` leads. @module */
import type { StorePath } from "../nix/store-path.ts";
import { Tree } from "../nix/tree.ts";
import type { Directory } from "../nix/tree.ts";

/** `channel-nixpkgs`; without a nixpkgs to bundle an empty directory, linked all the same. */
export function channelTree(nixpkgs: StorePath | undefined): Directory {
  return nixpkgs === undefined
    ? Tree.directory()
    : // nix-env takes a channel for a profile, and reads its manifest.
      Tree.directory({ nixpkgs: Tree.symlink(nixpkgs), "manifest.nix": Tree.file("[]\n") });
}
