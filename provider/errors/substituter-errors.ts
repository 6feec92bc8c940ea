/** What goes wrong with binary caches, local stores and tarballs of sources. @module */

export const SUBSTITUTER_ERRORS = {
  CACHE_DENIED: {
    meaning: "A binary cache answers 401 or 403, to the login of netrc or because there is none.",
  },
  CACHE_FAILED: { meaning: "A binary cache answers with an error, after all retries." },
  CACHE_TEXT_TOO_LONG: {
    meaning: "A binary cache in a folder has a narinfo that is longer than any can be.",
  },
  CACHE_UNREADABLE: { meaning: "A binary cache in a folder cannot be read." },
  FOREIGN_STORE_DIR: { meaning: "A binary cache is not one of `/nix/store`." },
  INVALID_LOCAL_STORE: {
    meaning: "A store as a cache is `local` or `local?root=/absolute/path`, and nothing else.",
  },
  INVALID_S3_URL: {
    meaning: "`s3://bucket?…` and the endpoint of the environment do not make an address.",
  },
  NAR_GONE: { meaning: "A binary cache has the narinfo but no longer the NAR." },
  NAR_INTERRUPTED: { meaning: "A download broke off; the next cache is asked." },
  NAR_MISMATCH: {
    meaning: "A NAR has another size or hash than the lock says. Nothing of it was used.",
  },
  NAR_UNAVAILABLE: { meaning: "No cache can supply a store path; each is listed with its reason." },
  NETRC_UNREADABLE: { meaning: "The netrc file cannot be read." },
  NOT_IN_A_NAR: { meaning: "A local store holds a pipe, socket or device." },
  NO_SUCH_AWS_PROFILE: {
    meaning:
      "The `profile` of an `s3://` cache is not in the shared files of AWS, or has no keys there.",
  },
  S3_DENIED: { meaning: "A bucket refuses the keys of AWS, wants some, or is in another region." },
  STORE_DATABASE_UNREADABLE: {
    meaning: "The database of a local store cannot be read; only `lix-image lock` needs it.",
  },
  STORE_UNREADABLE: {
    meaning: "A local store cannot be read, or a path was collected as garbage meanwhile.",
  },
  TARBALL_UNAVAILABLE: {
    meaning: "The tarball that the lock names for a source cannot be downloaded.",
  },
  TARBALL_UNUSABLE: {
    meaning:
      "A tarball is not one folder, leads out of itself, or unpacks to far more than the lock says.",
  },
  UNSAFE_NAR_URL: { meaning: "A narinfo's URL leads out of its cache." },
  UNSUPPORTED_CACHE: { meaning: "A cache URL of a kind that cannot be read (yet)." },
};
