/**
 * The root directory without the store: accounts, nix.conf, profile and channel links. Where a mode or an
 * owner is not stated here, the layer has a rule for it (`/tmp` is 1777 there).
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import type { StorePath } from "../nix/store-path.ts";
import { Tree } from "../nix/tree.ts";
import type { Directory } from "../nix/tree.ts";
import { group, passwd, shadow } from "./accounts.ts";
import { autoRootName, flakeRegistryLink } from "./flake-registry.ts";
import { homeTree } from "./home.ts";
import { homeScripts } from "./home-scripts.ts";
import { DEFAULT_PROFILE, ImageUser, PROFILES } from "./image-user.ts";
import { mergeTrees, treeAt } from "./merge-trees.ts";

export interface BaseSystemParts {
  readonly user: ImageUser;
  readonly userEnvironment: StorePath;
  readonly channel: StorePath;
  readonly bashInteractive: StorePath;
  readonly shadow: StorePath;
  readonly coreutils: StorePath;
  /** Text of `/etc/nix/nix.conf`. */
  readonly nixConf: string;
  readonly channelName: string;
  readonly channelUrl: string;
  /** What the link to the registry points to; undefined for none. */
  readonly flakeRegistry: ByteString | undefined;
}

export function baseSystemTree(parts: BaseSystemParts): Directory {
  const { user } = parts;
  const home = treeAt(ImageUser.homeInImage(user), homeTree(parts));
  return [home, ...homeScripts(parts)].reduce(mergeTrees, withoutHome(parts));
}

/** The argument whose value a file of the base system holds: to be changed there, and not by another file. */
export function argumentBehind(path: ByteString, user: ImageUser): string | undefined {
  const home = ImageUser.homeInImage(user);
  switch (path) {
    case "/etc/nix/nix.conf":
      return "nixConf";
    case "/etc/passwd":
    case "/etc/group":
    case "/etc/shadow":
      return "user";
    case `${home}/.nix-channels`:
      return "channelName and channelUrl";
    case flakeRegistryLink(home):
      return "flakeRegistry";
    default:
      return undefined;
  }
}

function withoutHome(parts: BaseSystemParts): Directory {
  const { directory, file, symlink } = Tree;
  const { user } = parts;
  return directory({
    bin: directory({ sh: symlink(`${parts.bashInteractive}/bin/bash`) }),
    etc: directory({
      group: file(group(user)),
      nix: directory({ "nix.conf": file(parts.nixConf) }),
      passwd: file(passwd(parts, user)),
      shadow: file(shadow(user)),
      ssl: directory({
        certs: directory({
          "ca-bundle.crt": symlink(`${DEFAULT_PROFILE}/etc/ssl/certs/ca-bundle.crt`),
        }),
      }),
    }),
    nix: directory({ var: directory({ nix: writable(user, nixState(parts)) }) }),
    root: directory(),
    tmp: directory(),
    usr: directory({
      bin: directory({ env: symlink(`${parts.coreutils}/bin/env`) }),
      // docker.nix leaves "default" out, and its link dangles.
      share: symlink(`${DEFAULT_PROFILE}/share`),
    }),
    var: directory({ tmp: directory() }),
  });
}

function nixState(parts: BaseSystemParts): Directory {
  const { directory, symlink } = Tree;
  const registry = flakeRegistryLink(ImageUser.homeInImage(parts.user));
  return directory({
    gcroots: directory({
      profiles: symlink(PROFILES),
      ...(parts.flakeRegistry !== undefined && {
        auto: directory({ [autoRootName(registry)]: symlink(registry) }),
      }),
    }),
    profiles: profiles(parts),
  });
}

/** Both the default profile and the channels stand at their first generation. */
function profiles({ user, userEnvironment, channel }: BaseSystemParts): Directory {
  const { directory, symlink } = Tree;
  const channels = ImageUser.channels(user);
  const links = directory({
    default: symlink(`${DEFAULT_PROFILE}-1-link`),
    "default-1-link": symlink(userEnvironment),
  });
  const names = channels.slice(PROFILES.length);
  return [
    treeAt(names, symlink(`${channels}-1-link`)),
    treeAt(`${names}-1-link`, symlink(channel)),
  ].reduce(mergeTrees, links);
}

/** root writes whatever the mode is. Others may only write where it says so. */
function writable(user: ImageUser, tree: Directory): Directory {
  if (user.kind === "root") return tree;
  const entries = [...tree.entries].map(([name, child]): [ByteString, Tree] => [
    name,
    child.kind === "directory" ? writable(user, child) : child,
  ]);
  const mode = user.kind === "any" ? 0o775 : 0o755;
  return { kind: "directory", entries: new Map(entries), mode };
}
