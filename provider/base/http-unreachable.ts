/** Why the network failed, in words that say what to do. @module */
import { LixImageError } from "./errors.ts";
import { redactUrl } from "./redact.ts";

/** Something took longer than a named limit. */
export class HttpTimeout extends Error {
  readonly code = "TIMED_OUT";
}

/** The other side answers, but not as HTTP has it. */
export class NotHttp extends Error {
  readonly code = "ERR_NOT_HTTP";
  constructor(got: string) {
    super(`expected an answer of HTTP; got ${got}`);
  }
}

/** Bytes that the request promised and its source did not give; not the network's fault. */
export class HttpBodyMismatch extends LixImageError {
  readonly code = "HTTP_BODY_MISMATCH";
}

/** What a caller sees of a failed exchange: its own abort, its own error, or HttpUnreachable. */
export function httpFailure(
  label: string,
  url: URL,
  error: unknown,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof RequestBodyFailed) return error.cause;
  if (error instanceof LixImageError) return error;
  return new HttpUnreachable(label, url, error);
}

/** Wraps what reading the request's own body threw, so that it is not taken for the network's. */
export class RequestBodyFailed extends Error {}

export class HttpUnreachable extends LixImageError {
  readonly code = "HTTP_UNREACHABLE";
  /** Whether another try might do better. */
  readonly retryable: boolean;
  /** Whether a limit of ours was over: nothing broke, and nothing came. */
  readonly timedOut: boolean;
  /** Of the server, which redirects may have led to. */
  readonly origin: string;
  /** Whose certificate the other side does not trust. */
  readonly distrusts: "server" | "client" | undefined;
  constructor(label: string, url: URL, cause: unknown) {
    const why = codeOf(cause);
    super(`${label}: ${sentence(cause, why)}`, {
      hint: hintFor(why, url),
      // Said already.
      cause: cause instanceof HttpTimeout || cause instanceof NotHttp ? undefined : cause,
    });
    this.timedOut = cause instanceof HttpTimeout;
    this.origin = url.origin;
    this.distrusts = lacksCa(why) ? "server" : isClientAlert(why) ? "client" : undefined;
    // A name that does not exist, a certificate, a server that speaks something else: these stay.
    const stays = ["ENOTFOUND", "ERR_NOT_HTTP"].includes(why);
    this.retryable = !(stays || isCertificate(why) || speaksOtherwise(why));
  }
}

function sentence(cause: unknown, why: string): string {
  if (cause instanceof HttpTimeout || cause instanceof NotHttp) return cause.message;
  if (why !== "") return `the connection failed (${why})`;
  return `the connection failed (${cause instanceof Error ? cause.message : String(cause)})`;
}

// Happy eyeballs tries several addresses and throws an AggregateError.
function codeOf(cause: unknown): string {
  if (typeof cause !== "object" || cause === null) return "";
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  return cause instanceof AggregateError ? codeOf(cause.errors[0]) : "";
}

const isCertificate = (why: string): boolean =>
  why.startsWith("CERT_") ||
  why.startsWith("UNABLE_TO_") ||
  why.includes("SELF_SIGNED_CERT") ||
  why === "ERR_TLS_CERT_ALTNAME_INVALID";

const lacksCa = (why: string): boolean =>
  why.startsWith("UNABLE_TO_") || why.includes("SELF_SIGNED_CERT") || why === "CERT_UNTRUSTED";

// OpenSSL's names for the alerts of RFC 8446 §6.2 that a server sends for want of a certificate.
const isClientAlert = (why: string): boolean =>
  /^ERR_SSL_[\w/]+_ALERT_(HANDSHAKE_FAILURE|UNKNOWN_CA|ACCESS_DENIED|\w*CERTIFICATE\w*)$/.test(why);

const speaksOtherwise = (why: string): boolean =>
  why === "EPROTO" || why.startsWith("ERR_SSL_") || why.startsWith("HPE_");

function hintFor(why: string, url: URL): string {
  const at = redactUrl(url.origin).replace(/\/$/, "");
  if (why === "ENOTFOUND" || why === "EAI_AGAIN")
    return `${url.hostname} has no address: check the name, or set HTTPS_PROXY if a proxy is needed`;
  if (why === "ECONNREFUSED") return `nothing listens at ${at}: is the server running?`;
  if (why === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `the certificate of ${at} is for another name: check the host name`;
  if (why === "CERT_HAS_EXPIRED" || why === "CERT_NOT_YET_VALID")
    return `the certificate of ${at} is not valid today: who runs it must renew it, unless this machine's clock is wrong`;
  if (isCertificate(why))
    return `the certificate of ${at} is not trusted: put its CA into a file named by NODE_EXTRA_CA_CERTS or SSL_CERT_FILE`;
  if (isClientAlert(why)) return `${at} wants a client certificate, and another than it got`;
  if (why === "HPE_HEADER_OVERFLOW")
    return `${at} sends more than 64 KiB of headers: is it the server that you meant?`;
  if (speaksOtherwise(why))
    return url.protocol === "https:"
      ? `${at} does not speak https: if plain http is meant, write http:// before the host`
      : `${at} does not speak http: if https is meant, leave http:// out`;
  if (why === "TIMED_OUT" || why === "ETIMEDOUT")
    return `${at} did not answer in time: check the network, a proxy or a firewall`;
  if (why === "ERR_NOT_HTTP")
    return `${at} does not answer as a web server does: check the host name and port`;
  const perhaps = url.protocol === "http:" ? ", or leave http:// out if it speaks https" : "";
  return `the connection to ${at} broke: try again${perhaps}`;
}
