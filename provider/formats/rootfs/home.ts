/** The home of the user that the image runs as. @module */
import type { ByteString } from "../../base/byte-string.ts";
import { Owner } from "../../base/owner.ts";
import { Tree } from "../nix/tree.ts";
import type { Directory } from "../nix/tree.ts";
import { DEFAULT_PROFILE, ImageUser } from "./image-user.ts";

export function homeTree(parts: {
  readonly user: ImageUser;
  readonly channelName: string;
  readonly channelUrl: string;
  readonly flakeRegistry: ByteString | undefined;
}): Directory {
  const { directory, file, symlink } = Tree;
  const { user, channelUrl, channelName, flakeRegistry } = parts;
  const home = directory({
    // Literal; docker.nix passes it through a shell.
    ".nix-channels": file(`${channelUrl} ${channelName}\n`),
    ".nix-defexpr": directory({ channels: symlink(ImageUser.channels(user)) }),
    ".nix-profile": symlink(DEFAULT_PROFILE),
    ...(flakeRegistry !== undefined && {
      ".cache": directory({
        nix: directory({ "flake-registry.json": symlink(flakeRegistry) }),
      }),
    }),
  });
  switch (user.kind) {
    case "root":
      return home;
    case "fixed":
      return ownedBy(ImageUser.owner(user), home);
    case "any":
      // Root's, like every skeleton; the copy belongs to the user who makes it.
      return ownedBy(Owner.root, home);
  }
}

function ownedBy<T extends Tree>(owner: Owner, tree: T): T;
function ownedBy(owner: Owner, tree: Tree): Tree {
  switch (tree.kind) {
    case "symlink":
      return Tree.with(tree, { owner });
    case "regular":
      return Tree.with(tree, { owner, mode: tree.executable ? 0o755 : 0o644 });
    case "directory": {
      const entries = [...tree.entries].map(([name, child]): [ByteString, Tree] => [
        name,
        ownedBy(owner, child),
      ]);
      return { kind: "directory", entries: new Map(entries), owner, mode: 0o755 };
    }
  }
}
