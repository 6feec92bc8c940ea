/** What goes wrong at a registry. @module */
import { entry } from "./entry.ts";

export const REGISTRY_ERRORS = {
  NOT_A_REGISTRY: { meaning: "The host answers, but not as a container registry." },
  REGISTRY_DENIED: entry<{ label: string; got: string; hint: string }>({
    meaning:
      "The registry answered 401 or 403, with every credential that was found. The hint says where they came from.",
    message: ({ label, got }) => `${label}: denied: ${got}`,
    hint: ({ hint }) => hint,
  }),
  REGISTRY_DIGEST_MISMATCH: {
    meaning: "The registry keeps or serves other bytes than the digest says.",
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
      "No CA that we trust vouches for a registry's certificate, or the registry wants a client certificate. The hint names the folders of certs.d.",
    message: ({ message }) => message,
    hint: ({ hint }) => hint,
  }),
};
