/** What goes wrong at a registry. @module */
import { entry } from "./entry.ts";

export const REGISTRY_ERRORS = {
  NOT_A_REGISTRY: { meaning: "The host answers, but not as a container registry." },
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
