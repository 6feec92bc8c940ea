/** The options of `lix-image lock`, in the groups in which help lists them. @module */
export const DEFAULT_SYSTEM = "x86_64-linux";

const CHANNEL = {
  channel: {
    type: "string",
    value: "NAME|URL",
    doc: "A channel: nixos-unstable, nixpkgs-unstable, nixos-26.05, …; the URL of a channel; or the URL of one release below https://releases.nixos.org, which stays the same. Hydra is asked once a second, so the first lock of a system takes about a minute.",
  },
  lix: {
    type: "string",
    value: "ATTR",
    doc: "The channel's Lix: lix (default), lixPackageSets.stable.lix, …; or release:2.93.3 or release:latest for a release of the Lix project, which brings a second glibc.",
  },
} as const;

const NIX = {
  nix: {
    type: "string",
    value: "FILE",
    isPath: true,
    doc: `A file that evaluates to a set of packages such as nixpkgs, or to a function that returns one:
  { system }: let pkgs = import <nixpkgs> { inherit system; };
  in pkgs // { nix = pkgs.lix; }`,
  },
  flake: {
    type: "string",
    value: "REF[#NAME]",
    doc: "What a flake has under NAME (default: legacyPackages): packages, or systems with their packages.",
  },
  package: {
    type: "string",
    multiple: true,
    value: "ATTR",
    doc: "Adds a package to the lock: jq, curl.dev, python3Packages.requests. May be repeated; works with --channel too.",
  },
} as const;

const PATHS = {
  path: {
    type: "string",
    multiple: true,
    value: "ATTR=PATH",
    doc: "A package, or with ATTR.OUTPUT one output of it, whose path ends in -OUTPUT. May be repeated; the first output of a package is its default output.",
  },
  priority: {
    type: "string",
    multiple: true,
    value: "ATTR=N",
    doc: "The package's meta.priority (default: 5; a lower number wins a collision).",
  },
} as const;

const NIXPKGS = {
  nixpkgs: {
    type: "string",
    multiple: true,
    value: "git|URL|PATH",
    doc: `git takes the channel's commit from GitHub, without the files that the channel adds; URL names a tarball that holds one folder; PATH is a store path. By default it is the channel's tarball, or, with --nix and --flake, the path attribute, which is copied to the store under its base name, as docker.nix does.`,
  },
  "no-nixpkgs": {
    type: "boolean",
    multiple: true,
    doc: "Locks no nixpkgs source; images then need bundleNixpkgs: false.",
  },
} as const;

const CACHES = {
  cache: {
    type: "string",
    multiple: true,
    value: "URL",
    doc: "http(s)://, s3://, file://, local, or a folder, which is written relative to the lock. May be repeated, in order of preference (default: https://cache.nixos.org with its key).",
  },
  "trusted-public-key": {
    type: "string",
    multiple: true,
    value: "KEY",
    doc: "A key of the --cache before it. May be repeated. A path must be signed by a key of any cache, or be content-addressed.",
  },
  export: {
    type: "string",
    value: "DIR",
    isPath: true,
    doc: "Puts what only this machine's store has into a binary cache in a folder, signed with the key of --secret-key-file.",
  },
  "secret-key-file": {
    type: "string",
    value: "FILE",
    isPath: true,
    doc: "The secret key that --export signs with.",
  },
  store: {
    type: "string",
    value: "URL",
    doc: "The store to export from: local (default) or local?root=DIR.",
  },
} as const;

const UPDATE = {
  update: {
    type: "boolean",
    doc: "Makes the lock again with the options that made it, which it reads from lix-image.lock.args in the same folder, and prints what changes, as Markdown. With ATTR, only these packages change.",
  },
  check: {
    type: "boolean",
    doc: "Prints the same and does not write the lock. Exits with 0 when the lock is up to date, with 3 when it is out of date, and with 1 when this cannot be determined.",
  },
  json: { type: "boolean", doc: "Prints what changes as JSON." },
  markdown: {
    type: "string",
    value: "FILE",
    isPath: true,
    doc: "Writes the body of a pull request: what changes, which layers change, and how many bytes a push sends. To know these, the packages that change are downloaded.",
  },
  image: {
    type: "string",
    value: "ARGS.json",
    isPath: true,
    doc: "The image whose layers are compared (default: one with all packages of the lock).",
  },
} as const;

const OTHERS = {
  system: {
    type: "string",
    multiple: true,
    value: "SYSTEM",
    doc: `The system that the --path, --nixpkgs and --no-nixpkgs after it are for (default: ${DEFAULT_SYSTEM}). May be repeated, for a lock of several systems.`,
  },
  output: {
    type: "string",
    short: "o",
    value: "FILE",
    isPath: true,
    doc: "The lock (default: lix-image.lock.json). An existing file is replaced.",
  },
} as const;

export const LOCK_SECTIONS = [
  { title: "Packages from a channel, without Nix", options: CHANNEL },
  { title: "Packages from an installed Nix or Lix", options: NIX },
  {
    title:
      "Packages from store paths, which add to or replace those of a channel, a file or a flake",
    options: PATHS,
  },
  { title: "The nixpkgs source that the image bundles", options: NIXPKGS },
  { title: "Where store paths come from", options: CACHES },
  { title: "Later", options: UPDATE },
] as const;

export const LOCK_SYNTAX = {
  name: "lock",
  usage: [
    "--channel nixos-unstable [--package ATTR]…",
    "--nix FILE.nix | --flake REF [--package ATTR]…",
    "--path ATTR=/nix/store/… [--path ATTR.OUTPUT=/nix/store/…]…",
    "--update [ATTR]… | --check [--json] [--markdown FILE] [--image ARGS.json]",
  ],
  operands: { rest: "ATTR" },
  options: { ...CHANNEL, ...NIX, ...PATHS, ...NIXPKGS, ...CACHES, ...UPDATE, ...OTHERS },
} as const;
