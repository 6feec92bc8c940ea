/** What goes wrong between this machine and any server. @module */
import { entry } from "./entry.ts";

export const HTTP_ERRORS = {
  CA_FILE_UNREADABLE: entry<{ file: string; variable: string }>({
    meaning:
      "The file of certificates that `SSL_CERT_FILE` or `NIX_SSL_CERT_FILE` names cannot be read.",
    message: ({ file, variable }) =>
      `${file}: the certificates that ${variable} names cannot be read`,
    hint: ({ variable }) => `make the file readable, or unset ${variable}`,
  }),
  CERTIFICATES_UNUSABLE: entry<{ where: string; reason: string }>({
    meaning:
      "A folder of certs.d has a client certificate without its key, a key without its certificate, or files that are not certificates.",
    message: ({ where, reason }) =>
      `${where}: the certificates for this registry cannot be used: ${reason}`,
    hint: "expected PEM files: NAME.crt for a CA; NAME.cert and an unencrypted NAME.key for a client",
  }),
  HTTP_BODY_MISMATCH: entry<{ method: string; promised: number; got: number }>({
    meaning:
      "The body of a request is not as long as announced: a file changed while it was uploaded, or this is a bug in pulumi-lix.",
    message: ({ method, promised, got }) =>
      `${method} body: expected ${promised} bytes; got ${got > promised ? "more" : got}`,
  }),
  HTTP_TEXT_TOO_LONG: entry<{ label: string; limit: number }>({
    meaning: "A server's answer is far longer than any answer to such a request can be.",
    message: ({ label, limit }) =>
      `${label}: expected an answer of at most ${limit} bytes; got more`,
    hint: "is this the server you meant?",
  }),
  HTTP_UNREACHABLE: {
    meaning:
      "The connection failed, after all retries: the name does not resolve, nothing listens there, the certificate is not trusted, or the connection broke.",
  },
  INVALID_PROXY: entry<{ variable: "HTTPS_PROXY" | "HTTP_PROXY" }>({
    meaning: "`HTTP_PROXY` or `HTTPS_PROXY` is not the URL of a proxy.",
    message: ({ variable }) => `${variable}: expected the URL of a proxy; got something else`,
    hint: ({ variable }) =>
      `set ${variable} to a URL such as http://proxy.example:3128, or unset it`,
  }),
  INVALID_URL: entry<{ label: string; got: string }>({
    meaning:
      "An address is not an http or https URL, or its user or password has a % that is not followed by two digits.",
    message: ({ label, got }) => `${label}: expected an http or https URL; got ${got}`,
    hint: "write https://host/path; a % in a user or password is written %25, an @ is written %40",
  }),
  REDIRECT_REFUSED: entry<{ label: string; got: string }>({
    meaning: "A server redirects too often, to something that is not a URL, or from https to http.",
    message: ({ label, got }) => `${label}: expected an answer or a safe redirect; got ${got}`,
    hint: "use the address that the server redirects to, if you trust it",
  }),
  TIMED_OUT: { meaning: "A step took longer than its time limit." },
  UNSAFE_ADDRESS: entry<{ message: string; hint: string }>({
    meaning:
      "A server names an address to which neither credentials nor layers may be sent: it uses plain http, is in the local network, or is not a URL.",
    message: ({ message }) => message,
    hint: ({ hint }) => hint,
  }),
  UNSENDABLE_HEADER: entry<{ name: string; label: string }>({
    meaning:
      "A credential contains a line break or another character that is not allowed in an HTTP header.",
    message: ({ name, label }) =>
      `${label}: the header ${name} has characters that are not allowed in one`,
    hint: "a credential of the docker config, netrc, AWS or the environment contains a line break or another control character: write it again without it",
  }),
};
