/** Why the network failed, in words that say what to do. @module */
import { LixImageError } from "../base/errors.ts";
import { REACHABLE_BY_ALL } from "./address-zone.ts";
import { AddressRefused } from "./lookup.ts";
import { proxyFor } from "./proxy.ts";
import { redactUrl } from "../base/redact.ts";
import { lixError } from "../errors/lix-error.ts";

/** Something took longer than a named limit. */
export class HttpTimeout extends Error {
  readonly code = "TIMED_OUT";
}

/** The other side answers, but not as HTTP has it. */
export class NotHttp extends Error {
  constructor(got: string) {
    super(`expected an answer of HTTP; got ${got}`);
  }
}

/** The proxy answers instead of the server. */
export class ProxyRefused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`the proxy answers with status ${status}`);
    this.status = status;
  }
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
  if (error instanceof AddressRefused)
    return lixError("UNSAFE_ADDRESS", {
      message: `${label}: ${error.message}, to which another server leads`,
      hint: REACHABLE_BY_ALL,
    });
  return new HttpUnreachable(label, url, error);
}

/** Wraps what reading the request's own body threw, so that it is not taken for the network's. */
export class RequestBodyFailed extends Error {}

export class HttpUnreachable extends LixImageError {
  readonly code = "HTTP_UNREACHABLE";
  override readonly retryable: "network" | "silence" | undefined;
  /** The server's origin, to which redirects may have led. */
  readonly origin: string;
  /** Whose certificate the other side does not trust. */
  readonly distrusts: "server" | "client" | undefined;
  constructor(label: string, url: URL, cause: unknown) {
    const why = codeOf(cause);
    const proxy = proxyFor(url);
    super(`${label}: ${sentence(cause, why, proxy)}`, {
      hint: (proxy && proxyHint(proxy, cause, url)) ?? hintFor(why, url),
      // The message says it already.
      cause: isSaid(cause) ? undefined : cause,
    });
    this.origin = url.origin;
    this.distrusts = lacksCa(why) ? "server" : isClientAlert(why) ? "client" : undefined;
    // A name that does not exist, a certificate, a server that speaks something else: these stay.
    const stays = ["ENOTFOUND", "ERR_NOT_HTTP"].includes(why);
    const isLasting = stays || isProxyRefusal(cause) || isCertificate(why) || speaksOtherwise(why);
    const kind = cause instanceof HttpTimeout ? "silence" : "network";
    this.retryable = isLasting ? undefined : kind;
  }
}

/** Errors whose message is part of ours already, or would add nothing to it. */
const isSaid = (cause: unknown): boolean =>
  cause instanceof HttpTimeout || cause instanceof NotHttp || statusOfProxy(cause) !== undefined;

function sentence(cause: unknown, why: string, proxy: URL | undefined): string {
  if (cause instanceof HttpTimeout || cause instanceof NotHttp) return cause.message;
  const through = proxy === undefined ? "" : ` through the proxy ${redactUrl(proxy.origin)}`;
  const status = statusOfProxy(cause);
  const reason =
    status !== undefined
      ? `it answers with status ${status}`
      : why || (cause instanceof Error ? cause.message : String(cause));
  return `the connection${through} failed (${reason})`;
}

// Happy eyeballs tries several addresses and throws an AggregateError.
function codeOf(cause: unknown): string {
  if (cause instanceof NotHttp) return "ERR_NOT_HTTP";
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

/** What to do when it is the proxy that fails; undefined when it may as well be the server. */
function proxyHint(proxy: URL, cause: unknown, url: URL): string | undefined {
  const at = redactUrl(proxy.origin).replace(/\/$/, "");
  const variable = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const why = codeOf(cause);
  const around = `or name ${url.hostname} in NO_PROXY if it is reached without a proxy`;
  if (why === "ENOTFOUND" || why === "EAI_AGAIN")
    return `the proxy ${at} has no address: check ${variable}, ${around}`;
  if (why === "ECONNREFUSED")
    return `nothing listens at the proxy ${at}: check ${variable}, ${around}`;
  const status = statusOfProxy(cause);
  if (status === 407)
    return `the proxy ${at} wants a login: write it into ${variable}, as in http://user:password@proxy.example:3128`;
  if (status !== undefined)
    return `the proxy ${at} does not connect to ${url.host}: ask its administrator, ${around}`;
  if (why === "ERR_PROXY_TUNNEL" || why === "TIMED_OUT" || why === "ETIMEDOUT")
    return `the proxy ${at}, or ${url.host} behind it, did not answer: check ${variable}, ${around}`;
  return undefined;
}

/** The status with which a proxy refused a tunnel. */
function statusOfProxy(cause: unknown): number | undefined {
  if (cause instanceof ProxyRefused) return cause.status;
  const tunnel = cause instanceof Error && codeOf(cause) === "ERR_PROXY_TUNNEL";
  if (!tunnel || !("statusCode" in cause)) return undefined;
  return typeof cause.statusCode === "number" && cause.statusCode > 0
    ? cause.statusCode
    : undefined;
}

const isProxyRefusal = (cause: unknown): boolean => {
  const status = statusOfProxy(cause);
  return status !== undefined && status < 500;
};

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
  if (isClientAlert(why))
    return `${at} wants a client certificate, and did not accept the one it got`;
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
