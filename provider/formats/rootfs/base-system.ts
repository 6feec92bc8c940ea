/**
 * The root directory without the store: accounts, nix.conf, profile and channel links. Modes are the
 * layers' business (`/tmp` is 1777 there).
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import type { StorePath } from "../nix/store-path.ts";
import { Tree } from "../nix/tree.ts";
import type { Directory } from "../nix/tree.ts";
import { group, passwd, shadow } from "./accounts.ts";
import { FLAKE_REGISTRY_GCROOT, FLAKE_REGISTRY_LINK } from "./flake-registry.ts";

export interface BaseSystemParts {
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
  const { directory, file, symlink } = Tree;
  const withRegistry = parts.flakeRegistry !== undefined;
  return directory({
    bin: directory({ sh: symlink(`${parts.bashInteractive}/bin/bash`) }),
    etc: directory({
      group: file(group()),
      nix: directory({ "nix.conf": file(parts.nixConf) }),
      passwd: file(passwd(parts)),
      shadow: file(shadow()),
      ssl: directory({
        certs: directory({
          "ca-bundle.crt": symlink(`${DEFAULT_PROFILE}/etc/ssl/certs/ca-bundle.crt`),
        }),
      }),
    }),
    nix: directory({
      var: directory({
        nix: directory({
          gcroots: directory({
            profiles: symlink(PROFILES),
            ...(withRegistry && {
              auto: directory({ [FLAKE_REGISTRY_GCROOT]: symlink(FLAKE_REGISTRY_LINK) }),
            }),
          }),
          profiles: profiles(parts),
        }),
      }),
    }),
    root: home(parts),
    tmp: directory(),
    usr: directory({
      bin: directory({ env: symlink(`${parts.coreutils}/bin/env`) }),
      // docker.nix leaves "default" out, and its link dangles.
      share: symlink(`${DEFAULT_PROFILE}/share`),
    }),
    var: directory({ tmp: directory() }),
  });
}

const PROFILES = "/nix/var/nix/profiles";
const DEFAULT_PROFILE = `${PROFILES}/default`;
const CHANNELS = `${PROFILES}/per-user/root/channels`;

/** Both the default profile and the channels stand at their first generation. */
function profiles({ userEnvironment, channel }: BaseSystemParts): Directory {
  const { directory, symlink } = Tree;
  return directory({
    default: symlink(`${DEFAULT_PROFILE}-1-link`),
    "default-1-link": symlink(userEnvironment),
    "per-user": directory({
      root: directory({
        channels: symlink(`${CHANNELS}-1-link`),
        "channels-1-link": symlink(channel),
      }),
    }),
  });
}

function home({ channelUrl, channelName, flakeRegistry }: BaseSystemParts): Directory {
  const { directory, file, symlink } = Tree;
  return directory({
    // Literal; docker.nix passes it through a shell.
    ".nix-channels": file(`${channelUrl} ${channelName}\n`),
    ".nix-defexpr": directory({ channels: symlink(CHANNELS) }),
    ".nix-profile": symlink(DEFAULT_PROFILE),
    ...(flakeRegistry !== undefined && {
      ".cache": directory({
        nix: directory({ "flake-registry.json": symlink(flakeRegistry) }),
      }),
    }),
  });
}
