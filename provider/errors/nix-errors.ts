/** What goes wrong with Nix's formats: store paths, hashes, NARs, narinfos. @module */

export const NIX_ERRORS = {
  BUILD_ENV_COLLISION: {
    meaning:
      "Two packages of the profile bring different files of one name. Leave one out, or give one a lower `priority` in the lock.",
  },
  CONTENT_ADDRESS_MISMATCH: {
    meaning:
      "A store path does not follow from its content address, or its contents do not. It cannot be trusted.",
  },
  INVALID_CONTENT_ADDRESS: { meaning: "A `ca` is spelled in no form that Nix knows." },
  INVALID_NAR_HASH: { meaning: "Not a sha256 in any of Nix's spellings." },
  INVALID_NIXBASE32: { meaning: "Not Nix's base 32." },
  INVALID_PUBLIC_KEY: { meaning: "A trusted public key is not `name:base64` of 32 bytes." },
  INVALID_SECRET_KEY: { meaning: "Not a secret key for signing store paths." },
  INVALID_STORE_PATH: { meaning: "Not `/nix/store/<32 characters>-<name>`." },
  NARINFO_MALFORMED: { meaning: "A binary cache serves a narinfo that Nix would refuse." },
  NAR_MALFORMED: { meaning: "Not a NAR by the strict grammar; byte and file are named." },
  NAR_UNWRITABLE: { meaning: "A name or link target that a Nix store cannot hold." },
  NOT_A_CACHE_INFO: { meaning: "The URL answers, but not with a `nix-cache-info`." },
  NOT_A_NARINFO: { meaning: "The URL answers, but not with a narinfo: a login page, perhaps." },
  PACKAGE_IS_NO_DIRECTORY: {
    meaning: "A package that is a single file cannot go into the profile.",
  },
  PROPAGATED_TOO_LONG: { meaning: "A `propagated-user-env-packages` file is implausibly long." },
  PROPAGATION_UNREADABLE: { meaning: "A `propagated-user-env-packages` is not a file." },
};
