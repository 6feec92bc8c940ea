/** What goes wrong at a registry. @module */
import { entry } from "./entry.ts";

export const REGISTRY_ERRORS = {
  NOT_A_REGISTRY: { meaning: "The host answers, but not as a container registry." },
  REFERRER_NOT_LISTED: entry<{ repository: string; digest: string; subject: string }>({
    meaning:
      "A registry with a referrers API accepted a document or signature, but does not list it. No tag was moved.",
    message: ({ repository, digest, subject }) =>
      `${repository}: ${digest} was accepted, but is not listed among the referrers of ${subject}`,
    hint: "the registry needs more time, or does not list what it takes: try again; no tag was moved",
  }),
  REFERRER_REFUSED: entry<{ message: string; artifactType: string }>({
    meaning:
      "A registry does not take what `sbom`, `provenance` or `sign` attaches to an image. No tag was moved.",
    message: ({ message, artifactType }) => `${message} (${artifactType})`,
    hint: "not every registry takes OCI artifacts beside images: leave out `sbom`, `provenance` and `sign`, or choose another registry",
  }),
  REFERRERS_TAG_FOREIGN: entry<{ reference: string }>({
    meaning:
      "The tag `sha256-<digest>` should name the list of what is attached to a manifest, but names something else, which is left as it is.",
    message: ({ reference }) =>
      `${reference}: expected an OCI index of referrers; got something else`,
    hint: "find out what it is; if nobody needs it, remove the tag and try again",
  }),
  REFERRERS_TAG_NOT_KEPT: entry<{ reference: string }>({
    meaning:
      "The list of what is attached to a manifest was written several times under its tag, and each time it did not stay.",
    message: ({ reference }) => `${reference}: what was written there did not stay`,
    hint: "either many clients write there at once, or the registry does not keep such tags: try again; no tag of the image was moved",
  }),
  REGISTRY_DENIED: entry<{ label: string; got: string; hint: string }>({
    meaning:
      "The registry answered 401 or 403 whatever credentials were used. The hint says where they came from.",
    message: ({ label, got }) => `${label}: denied: ${got}`,
    hint: ({ hint }) => hint,
  }),
  REGISTRY_DIGEST_MISMATCH: {
    meaning: "The registry stores or serves bytes that do not match the digest.",
  },
  REGISTRY_REFUSED: {
    meaning: "The registry refuses the request: the message has its own code and reason.",
  },
  REGISTRY_UNAVAILABLE: { meaning: "The registry answered 429 or 5xx, after all retries." },
  TAG_LIST_INCOMPLETE: {
    meaning: "The registry's list of tags may not be complete, so nothing is removed.",
  },
  TLS_REFUSED: entry<{ message: string; hint: string }>({
    meaning:
      "A registry's certificate is not signed by a trusted CA, or the registry requires a client certificate. The hint names the folders of certs.d.",
    message: ({ message }) => message,
    hint: ({ hint }) => hint,
  }),
};
