/** The channel that root is subscribed to: where `<nixpkgs>` leads. @module */
import type { StorePath } from "../nix/store-path.ts";
import { Tree } from "../nix/tree.ts";
import type { Directory } from "../nix/tree.ts";

/** `channel-nixpkgs`. It is an empty directory if no nixpkgs is bundled, and is linked nevertheless. */
export function channelTree(nixpkgs: StorePath | undefined): Directory {
  return nixpkgs === undefined
    ? Tree.directory()
    : // nix-env treats a channel as a profile, and reads its manifest.
      Tree.directory({ nixpkgs: Tree.symlink(nixpkgs), "manifest.nix": Tree.file("[]\n") });
}
