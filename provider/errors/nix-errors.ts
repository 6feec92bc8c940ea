/** What goes wrong with Nix's formats: store paths, hashes, NARs, narinfos. @module */
import { entry } from "./entry.ts";

const start = (text: string, length: number): string => JSON.stringify(text.slice(0, length));

/** A path in the profile, and the package that brings it. */
export interface ProfileSource {
  readonly path: string;
  readonly label: string;
}

const COLLISIONS = {
  contents: "their contents differ",
  permissions: "only one of them is executable",
  fileAndDirectory: "only one of them is a directory, and priorities do not settle that",
  dangling: "at least one of them is a dangling link",
} as const;

export type CollisionReason = keyof typeof COLLISIONS;

export const NIX_ERRORS = {
  BUILD_ENV_COLLISION: entry({
    meaning:
      "Two packages of the profile contain different files with the same name. Leave one out, or give one a lower `priority` in the lock.",
    message: ({
      name,
      sources,
      reason,
    }: {
      name: string;
      sources: readonly [ProfileSource, ProfileSource];
      reason: CollisionReason;
    }) => {
      const [one, other] = sources.map(({ path, label }) => `${path} (${label})`);
      return `two packages of the profile collide at ${name}: ${one} and ${other}; ${COLLISIONS[reason]}`;
    },
    hint: ({ reason }) =>
      reason === "fileAndDirectory"
        ? "leave one of the two packages out"
        : "leave one of the two packages out, or give one a lower `priority` in the lock, so that it wins",
  }),
  CONTENT_ADDRESS_MISMATCH: entry({
    meaning:
      "A store path or its contents do not match its content address. The path cannot be trusted.",
    message: (p: { storePath: string; ca: string | undefined; problem: string }) =>
      `${p.storePath}: does not match its content address ${p.ca ?? ""}: ${p.problem}`,
    hint: "no signature covers a content address, so this path cannot be trusted; get it from another cache",
  }),
  INVALID_CONTENT_ADDRESS: entry({
    meaning: "A `ca` has no form that Nix knows.",
    message: ({ text }: { text: string }) => `not a content address: ${start(text, 200)}`,
    hint: "expected text:sha256:… or fixed:[r:]<md5|sha1|sha256|sha512>:…",
  }),
  // class InvalidNarHash
  INVALID_NAR_HASH: { meaning: "This is not a sha256 hash in any of Nix's spellings." },
  INVALID_NIXBASE32: entry({
    meaning: "This is not text in Nix's base 32.",
    message: ({ text, problem }: { text: string; problem: string }) =>
      `not nixbase32: ${start(text, 200)}: ${problem}`,
    hint: "its digits are 0123456789abcdfghijklmnpqrsvwxyz",
  }),
  INVALID_PUBLIC_KEY: entry({
    meaning: "A trusted public key is not `name:base64` of 32 bytes.",
    message: ({ text }: { text: string }) => `not a public key: ${start(text, 200)}`,
    hint: "expected <name>:<base64 of 32 bytes>, as in Nix's trusted-public-keys",
  }),
  INVALID_SECRET_KEY: entry({
    meaning: "This is not a secret key for signing store paths.",
    // The text itself must not get into a message.
    message: () => "not a secret key for signing store paths",
    hint: "expected <name>:<base64 of 64 bytes>, as nix-store --generate-binary-cache-key writes it",
  }),
  // class InvalidStorePath
  INVALID_STORE_PATH: { meaning: "This is not `/nix/store/<32 characters>-<name>`." },
  NARINFO_MALFORMED: entry({
    meaning: "A binary cache serves a narinfo that Nix would refuse.",
    message: ({ subject, problem }: { subject: string; problem: string }) =>
      `${subject}: ${problem}`,
    hint: "the cache serves a damaged file; remove it from the caches or report it to its owner",
  }),
  NAR_MALFORMED: entry({
    meaning: "This is not a NAR by the strict grammar; the message names the byte and the file.",
    message: (p: { path: string; offset: number; problem: string }) =>
      `malformed NAR, at byte ${p.offset}, in ${JSON.stringify(`/${p.path}`)}: ${p.problem}`,
    hint: "the archive is damaged or was not written by Nix; another cache may have a good one",
  }),
  // class NarUnwritable
  NAR_UNWRITABLE: { meaning: "A Nix store cannot hold this name or link target." },
  NOT_A_CACHE_INFO: entry({
    meaning: "The URL answers, but not with a `nix-cache-info`.",
    message: ({ text }: { text: string }) =>
      `nix-cache-info: expected lines "Key: value"; got ${start(text, 60)}`,
    hint: "the URL answers, but not as a binary cache does",
  }),
  NOT_A_NARINFO: entry({
    meaning: "The URL answers, but not with a narinfo; perhaps it is a login page.",
    message: ({ subject, text }: { subject: string; text: string }) =>
      `${subject}: expected lines "Key: value"; got ${start(text, 60)}`,
    hint: "the URL answers, but not as a binary cache does",
  }),
  PACKAGE_IS_NO_DIRECTORY: entry({
    meaning: "A package that is a single file cannot go into the profile.",
    message: ({ path, label }: ProfileSource) =>
      `${path} (${label}): expected a directory to merge into the profile; got something else`,
    hint: "only packages that are directories, with bin, share and so on, can be installed",
  }),
  PROPAGATED_TOO_LONG: entry({
    meaning: "A file `propagated-user-env-packages` is longer than any real one.",
    message: ({ size, most }: { size: number; most: number }) =>
      `nix-support/propagated-user-env-packages: expected at most ${most} bytes; got ${size}`,
  }),
  PROPAGATION_UNREADABLE: entry({
    meaning: "A `propagated-user-env-packages` is not a file.",
    message: ({ path, label }: ProfileSource) =>
      `${path} (${label}): expected a file; got a link to some other file`,
    hint: "leave the package out of the image, or lock an output of it without nix-support",
  }),
};
