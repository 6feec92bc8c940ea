/**
 * The root directory without the store: accounts, nix.conf, profile and channel links. Where a mode or an
 * owner is not stated here, the layer has a rule for it (`/tmp` is 1777 there).
 * @module
 */
import { posix } from "node:path";
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
  /**
   * How a profile names its generation. Nix takes none of docker.nix's absolute links for the current
   * generation, and `nix-collect-garbage -d` deletes it.
   */
  readonly generationLinks: "absolute" | "relative";
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
    nix: directory({ var: nixState(parts) }),
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
  const state = directory({
    nix: directory({
      gcroots: directory({
        profiles: symlink(PROFILES),
        ...(parts.flakeRegistry !== undefined && {
          auto: directory({ [autoRootName(registry)]: symlink(registry) }),
        }),
      }),
      profiles: profiles(parts),
    }),
  });
  switch (parts.user.kind) {
    case "root":
      return state;
    case "any":
      return writable(state, 0o775);
    case "fixed":
      return writable(mergeTrees(state, sharedWithRoot()), 0o755);
  }
}

/** What Nix makes at its start. If root owned it, the user's Nix could not open the store. */
function sharedWithRoot(): Directory {
  const { directory, file } = Tree;
  const lock = Tree.with(file(""), { mode: 0o600 });
  return directory({
    log: directory({ nix: directory({ drvs: directory() }) }),
    nix: directory({
      db: directory({ "big-lock": lock }),
      "gc-socket": directory(),
      "gc.lock": lock,
      gcroots: directory({ auto: directory(), "per-user": directory() }),
      temproots: directory(),
    }),
  });
}

/** Both the default profile and the channels stand at their first generation. */
function profiles(parts: BaseSystemParts): Directory {
  const channels = ImageUser.channels(parts.user);
  return [
    ...profile(DEFAULT_PROFILE, parts.userEnvironment, parts),
    ...profile(channels, parts.channel, parts),
  ].reduce(mergeTrees);
}

function profile(
  path: string,
  generation: StorePath,
  { generationLinks }: BaseSystemParts,
): Directory[] {
  const below = path.slice(PROFILES.length);
  const first = `${generationLinks === "absolute" ? path : posix.basename(path)}-1-link`;
  return [treeAt(below, Tree.symlink(first)), treeAt(`${below}-1-link`, Tree.symlink(generation))];
}

/** root writes whatever the mode is. Others may only write where the mode lets them. */
function writable(tree: Directory, mode: number): Directory {
  const entries = [...tree.entries].map(([name, child]): [ByteString, Tree] => [
    name,
    child.kind === "directory" ? writable(child, mode) : child,
  ]);
  return { kind: "directory", entries: new Map(entries), mode };
}
