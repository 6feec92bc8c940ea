/** What goes wrong at a registry. @module */

export const REGISTRY_ERRORS = {
  NOT_A_REGISTRY: { meaning: "The host answers, but not as a container registry." },
  REGISTRY_DENIED: {
    meaning:
      "401 or 403 from the registry, with every credential that was found. It says where they came from.",
  },
  REGISTRY_DIGEST_MISMATCH: {
    meaning: "The registry keeps or serves other bytes than the digest says.",
  },
  REGISTRY_REFUSED: {
    meaning: "The registry understood and will not: its own code and message are given.",
  },
  REGISTRY_UNAVAILABLE: { meaning: "429 or 5xx from the registry, after all retries." },
  TAG_LIST_INCOMPLETE: {
    meaning: "A registry lists its tags so that some may be missing; nothing is removed then.",
  },
  TLS_REFUSED: {
    meaning:
      "A registry's certificate is by nobody we trust, or it wants one of ours. The hint names the folders of certs.d.",
  },
};
