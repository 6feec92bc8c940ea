/** What goes wrong with references, digests, manifests and configs. @module */
import { entry } from "./entry.ts";

/** A user may have written a password before the host. */
const shown = (text: string): string =>
  JSON.stringify(text.replace(/^([a-z]+:\/\/)?[^/]*:[^/]*@(?!sha256:)/, "$1***@"));

const REFERENCE_FORM = "expected host/name, host/name:tag or host/name@sha256:<64 hex digits>";

const REPOSITORY_HINTS = {
  host: "write the registry's host first: ghcr.io/acme/lix, docker.io/acme/lix, localhost:5000/lix",
  number:
    "a port follows a colon, as in localhost:5000, and an IPv4 address has four numbers up to 255",
  name: "a name is lower case: parts of a-z and 0-9 with / between them; inside a part, only . _ __ or dashes may separate them",
  length: "choose a shorter name",
  reference: REFERENCE_FORM,
} as const;

export const OCI_ERRORS = {
  // class BlobMismatch
  BLOB_MISMATCH: {
    meaning:
      "A blob's bytes do not have the digest under which they were requested. None was used.",
  },
  DUPLICATE_PLATFORM: entry({
    meaning: "Two entries of `systems` stand for the same OCI platform.",
    message: ({ platform }: { platform: string }) => `two images of one index are for ${platform}`,
    hint: "name each platform once in `systems`",
  }),
  HUB_NAMESPACE_MISSING: entry({
    meaning:
      "`registry`, `repository` or a mirror is at Docker Hub and names no namespace: `docker.io/name`.",
    message: ({ host, name }: { host: string; name: string; write: string }) =>
      `${host}/${name}: expected a namespace before the name; got the name alone`,
    hint: ({ name, write }) =>
      `Docker Hub reads that as library/${name}, an official image: write ${write}`,
  }),
  IMAGE_INCONSISTENT: entry({
    meaning: "A manifest and its config do not describe the same layers.",
    message: ({ digest, problem }: { digest: string; problem: string }) => `${digest}: ${problem}`,
    hint: "pulumi-lix has not pushed this image",
  }),
  // class InvalidDigest
  INVALID_DIGEST: { meaning: "This is not `sha256:` and 64 hex digits." },
  INVALID_REFERENCE: entry({
    meaning: "This is not an image reference.",
    message: ({ text }: { text: string }) => `not an image reference: ${shown(text)}`,
    hint: REFERENCE_FORM,
  }),
  INVALID_REPOSITORY: entry({
    meaning: "`registry`, `name` or `repository` do not make a repository name.",
    message: (p: { text: string; problem: string; expected: keyof typeof REPOSITORY_HINTS }) =>
      `not a repository: ${shown(p.text)}: ${p.problem}`,
    hint: ({ expected }) => REPOSITORY_HINTS[expected],
  }),
  INVALID_TAG: entry({
    meaning: "Registries do not accept this tag.",
    message: ({ text, path }: { text: string; path?: string | undefined }) =>
      `${path === undefined ? "" : `${path}: `}not a tag: ${JSON.stringify(text)}`,
    hint: "a tag has 1 to 128 of A-Z a-z 0-9 _ . - and begins with neither . nor -",
  }),
  MALFORMED_DOCUMENT: entry({
    meaning: "A manifest, index or config from outside is not what it claims to be.",
    message: ({ what, problem }: { what: string; problem: string }) => `${what}: ${problem}`,
    hint: "expected an OCI or Docker (schema 2) image manifest, index or config",
  }),
  UNSUPPORTED_SYSTEM: entry({
    meaning: "Containers run Linux, and OCI has no Linux platform for this Nix system.",
    message: ({ system }: { system: string; supported: readonly string[] }) =>
      `no image can be made for the system ${JSON.stringify(system)}`,
    hint: ({ system, supported }) => {
      const linux = system.replace(/-darwin$/, "-linux");
      return linux !== system && supported.includes(linux)
        ? `containers run Linux: use ${linux}`
        : `use one of: ${supported.join(", ")}`;
    },
  }),
  WRONG_MEDIA_TYPE: entry({
    meaning: "A manifest holds fields that its media type does not have.",
    message: ({ what, mediaType }: { what: string; mediaType: string }) =>
      `${what}: its fields are not those of ${mediaType}`,
    hint: "the document is damaged, or made to be read in two ways; push the image again",
  }),
};
