/** What goes wrong with references, digests, manifests and configs. @module */

export const OCI_ERRORS = {
  BLOB_MISMATCH: {
    meaning:
      "A blob's bytes do not have the digest by which they were asked for. Nothing of them was used.",
  },
  DUPLICATE_PLATFORM: { meaning: "Two entries of `systems` are the same OCI platform." },
  HUB_NAMESPACE_MISSING: {
    meaning:
      "`registry`, `repository` or a mirror is at Docker Hub and names no namespace: `docker.io/name`.",
  },
  IMAGE_INCONSISTENT: { meaning: "A manifest and its config do not describe the same layers." },
  INVALID_DIGEST: { meaning: "Not `sha256:` and 64 hex digits." },
  INVALID_REFERENCE: { meaning: "Not an image reference." },
  INVALID_REPOSITORY: {
    meaning: "`registry`, `name` or `repository` do not make a repository name.",
  },
  INVALID_TAG: { meaning: "Not a tag that registries accept." },
  MALFORMED_DOCUMENT: {
    meaning: "A manifest, index or config from outside is not what it claims to be.",
  },
  UNSUPPORTED_SYSTEM: { meaning: "No Linux container can be made for that Nix system." },
  WRONG_MEDIA_TYPE: { meaning: "A manifest holds fields that its media type does not have." },
};
