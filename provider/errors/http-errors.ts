/** What goes wrong between this machine and any server. @module */

export const HTTP_ERRORS = {
  CA_FILE_UNREADABLE: {
    meaning:
      "The file of certificates that `SSL_CERT_FILE` or `NIX_SSL_CERT_FILE` names cannot be read.",
  },
  CERTIFICATES_UNUSABLE: {
    meaning:
      "A folder of certs.d holds half a client certificate, or files that are no certificates.",
  },
  HTTP_BODY_MISMATCH: {
    meaning:
      "A bug in pulumi-lix, or a file that changed while it was uploaded: the body is not as long as announced.",
  },
  HTTP_TEXT_TOO_LONG: {
    meaning: "A server answered with far more text than what was asked for can have.",
  },
  HTTP_UNREACHABLE: {
    meaning:
      "No connection: the name does not resolve, nobody listens, the certificate does not hold, or it broke off, after all retries.",
  },
  INVALID_PROXY: { meaning: "`HTTP_PROXY` or `HTTPS_PROXY` is not the URL of a proxy." },
  INVALID_URL: {
    meaning:
      "An address that is to be asked is no URL of http, or has a user or password with a % that stands for nothing.",
  },
  REDIRECT_REFUSED: { meaning: "A server redirects too often, to nowhere, or from https to http." },
  TIMED_OUT: { meaning: "A step took longer than its limit." },
  UNSAFE_ADDRESS: {
    meaning:
      "A registry leads us to where neither credentials nor layers may go: to plain http, into the local network, to no URL at all.",
  },
  UNSENDABLE_HEADER: {
    meaning: "A credential has a line end or another character in it that no header can hold.",
  },
};
