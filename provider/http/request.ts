/**
 * The one HTTP client: retries, redirects, time limits, proxies. Callers see any status as an
 * answer; only the network's failures are thrown.
 * @module
 */
import type { IncomingHttpHeaders } from "node:http";
import { Bytes } from "../base/bytes.ts";
import type { Zone } from "./address-zone.ts";
import { basicAuthorization } from "./basic-authorization.ts";
import { sendOnce } from "./send-once.ts";
import type { RawResponse } from "./message.ts";
import { checkReach, nextHop, reachOf, type Hop } from "./redirect.ts";
import { Deadline } from "./deadline.ts";
import type { OriginCertificates } from "./tls-trust.ts";
import { retryAfterMs } from "./retry-after.ts";
import { mayRetry, pauseMs, sleepUnless, transientKind } from "../base/retry.ts";
import { BUSY, RETRY, TIME_LIMIT } from "../base/retry-policy.ts";
import { proxyFor } from "./proxy.ts";
import { httpFailure, ProxyRefused } from "./unreachable.ts";
import { redactUrl } from "../base/redact.ts";
import { Secrets } from "../base/secrets.ts";
import { lixError } from "../errors/lix-error.ts";
import { checkHeader } from "./unsendable-header.ts";

/** A body that can be sent again: `open` is called once a try. */
export interface HttpRequestBody {
  readonly size: number;
  readonly open: () => Bytes;
}

export interface HttpRequest {
  /** Default: GET. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: HttpRequestBody | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: true for GET, HEAD, PUT and DELETE. */
  readonly retry?: boolean | undefined;
  /** The first pause, doubled for each further one. Default: 500. */
  readonly retryDelayMs?: number | undefined;
  /**
   * How long all tries together may take to begin an answer, pauses between them included. Default:
   * 3 min; with a body, as long as five tries take.
   */
  readonly limitMs?: number | undefined;
  /** How long one try may take from its last byte to the answer. Default: 120 s. */
  readonly responseLimitMs?: number | undefined;
  /** How long a body, either way, may make no progress; no longer than `limitMs`. Default: 60 s. */
  readonly stallLimitMs?: number | undefined;
  /** Bytes of an answer a second, on average over `stallLimitMs`; less is no progress. Default: 2 KiB. */
  readonly leastRate?: number | undefined;
  /** How many redirects to follow. Default: 10 for GET and HEAD, else 0: the 3xx is the answer. */
  readonly redirects?: number | undefined;
  /** Whether 301 and 302 redirect a write as 307 and 308 do. Default: no, they are the answer. */
  readonly movesWrites?: boolean | undefined;
  /** Is asked before a redirect is followed, and throws to refuse it. */
  readonly mayRedirect?: ((to: URL, from: URL) => Promise<void>) | undefined;
  /** The server that named this address, where the user did not: it may lead only so far. */
  readonly ledBy?: URL | undefined;
  /**
   * Addresses beyond it are refused. Default: none, for an address that the user configured; what a file
   * names, such as a lock, has "machine": all but those where clouds hand out keys.
   */
  readonly reach?: Zone | undefined;
  /** Used only where the request, or a redirect of it, goes to their origin. */
  readonly certificates?: OriginCertificates | undefined;
  /** Not on a connection that has carried a request before. Default: false. */
  readonly freshConnection?: boolean | undefined;
  /** What the request is for, for messages; else its method and redacted URL. */
  readonly label?: string | undefined;
}

/** `body`, `text`, `discard` or `detach`: one of them must be used, once, or a socket is lost. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where the answer came from in the end; may hold secrets, so redact it before showing it. */
  readonly url: string;
  /**
   * A 303 has led here: the answer is about another resource than the one that was asked for.
   * @see RFC 9110 15.4.4
   */
  readonly isOfOther: boolean;
  /** Breaking out of it closes the connection; a truncated one throws. */
  readonly body: Bytes;
  /** The body as UTF-8. Default limit: 1 MiB. */
  text(limit?: number): Promise<string>;
  discard(): Promise<void>;
  /**
   * The same answer with the beginning of its body in memory, as much as an error needs. Its connection is
   * released, which must happen before the next request to the same host.
   */
  detach(): Promise<HttpResponse>;
}

const TEXT_LIMIT = 1024 * 1024;
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE"]);

/** Sends a request, again and elsewhere as needed. Throws HttpUnreachable and its siblings. */
export async function http(url: string | URL, request: HttpRequest = {}): Promise<HttpResponse> {
  const method = request.method ?? "GET";
  const label = request.label ?? `${method} ${redactUrl(url)}`;
  const first = await firstHop(url, label, request);
  const limitMs =
    request.limitMs ?? (request.body === undefined ? TIME_LIMIT.request.ms : undefined);
  const deadline = new Deadline(label, first.url, { ...request, limitMs });
  try {
    return await sendUntilAnswered({
      ...request,
      ...{ signal: deadline.signal, method, label, first, deadline },
    });
  } finally {
    deadline.clear();
  }
}

/** A request, and what is the same in all its tries. */
interface RetryContext extends HttpRequest {
  readonly method: string;
  readonly label: string;
  readonly first: Hop;
  readonly deadline: Deadline;
}

async function sendUntilAnswered(request: RetryContext): Promise<HttpResponse> {
  const { method, deadline, signal } = request;
  const retry = request.retry ?? IDEMPOTENT.has(method);
  for (let tried = 1; ; tried += 1) {
    signal?.throwIfAborted();
    const { answer, failure } = await followRedirects(request).then(
      (got) => ({ answer: got, failure: undefined }),
      (error: unknown) => ({ answer: undefined, failure: error }),
    );
    const kind = answer ? busyKind(answer) : transientKind(failure);
    const pause =
      retryAfterMs(answer?.headers["retry-after"]) ??
      pauseMs(request.retryDelayMs ?? RETRY.request.firstPauseMs, tried);
    const again = retry && kind !== undefined && mayRetry(RETRY.request, kind, tried);
    if (!again || !deadline.leaves(pause)) {
      if (answer === undefined) throw failure;
      return response(answer, request.label);
    }
    await answer?.readShort();
    await sleepUnless(signal, pause);
  }
}

const busyKind = ({ status }: RawResponse): "busy" | undefined =>
  BUSY.has(status) ? "busy" : undefined;

/** One try, to the end of its redirects. */
async function followRedirects(request: RetryContext): Promise<FinalResponse> {
  const { method, label, signal, body, certificates, responseLimitMs, leastRate } = request;
  const { stallLimitMs } = request.deadline;
  const redirects = request.redirects ?? (method === "GET" || method === "HEAD" ? 10 : 0);
  let isOfOther = false;
  for (let hop = request.first, left = redirects; ; left -= 1) {
    const { url, headers, reach } = hop;
    const limits = { responseLimitMs, stallLimitMs, leastRate };
    const { freshConnection } = request;
    const connection = { certificates, reach, freshConnection };
    const raw = { method, url, headers, body, signal, ...connection, ...limits };
    const answer = await sendOnce(raw).catch((error: unknown) => {
      throw httpFailure(label, url, error, signal);
    });
    // Only a proxy answers that, about itself.
    if (answer.status === 407 && proxyFor(url) !== undefined) {
      await answer.readShort();
      throw httpFailure(label, url, new ProxyRefused(407), signal);
    }
    if (redirects === 0) return { ...answer, isOfOther };
    const { movesWrites } = request;
    let next: Hop | undefined;
    try {
      next = nextHop(hop, answer, { method, left, label, movesWrites });
    } catch (error) {
      // The answer of a refused redirect holds a socket too, and with it the process.
      await answer.readShort();
      throw error;
    }
    if (next === undefined) return { ...answer, isOfOther };
    isOfOther ||= answer.status === 303;
    await answer.readShort();
    await request.mayRedirect?.(next.url, url);
    hop = { ...next, reach: await reachOf(next.url, { from: url, label, reach }) };
  }
}

/** A user and password in the URL become a header, so that redirects drop them like one. */
async function firstHop(url: string | URL, label: string, request: HttpRequest): Promise<Hop> {
  const target = URL.parse(url instanceof URL ? url.href : url);
  if (target === null || !/^https?:$/.test(target.protocol))
    throw lixError("INVALID_URL", { label, got: "something else" });
  const headers: Record<string, string> = { "user-agent": "pulumi-lix" };
  for (const [name, value] of Object.entries(request.headers ?? {}))
    headers[name.toLowerCase()] = value;
  if (target.username !== "" || target.password !== "") {
    headers["authorization"] ??= basicOf(target, label);
    target.username = "";
    target.password = "";
  }
  for (const [name, value] of Object.entries(headers)) {
    Secrets.rememberHeader(name, value);
    checkHeader(name, value, label);
  }
  const { ledBy: from } = request;
  const reach = from ? await reachOf(target, { ...request, from, label }) : request.reach;
  checkReach(target, reach, `${label}: it is to be asked for at`);
  return { url: target, headers, given: new Set(Object.keys(headers)), reach };
}

/** Throws INVALID_URL for `%zz`, which stands for no character. */
export function basicOf({ username, password }: URL, label: string): string {
  try {
    return basicAuthorization(decodeURIComponent(username), decodeURIComponent(password));
  } catch {
    throw lixError("INVALID_URL", {
      label,
      got: "a user or password in which a % is not followed by two digits",
    });
  }
}

function response(
  answer: FinalResponse,
  label: string,
  body: Bytes = explained(answer, label),
): HttpResponse {
  return {
    status: answer.status,
    headers: answer.headers,
    url: answer.url.href,
    isOfOther: answer.isOfOther,
    body,
    async text(limit = TEXT_LIMIT) {
      const bytes = await Bytes.collect(body, limit).catch((error: unknown) => {
        throw error instanceof RangeError
          ? lixError("HTTP_TEXT_TOO_LONG", { label, limit })
          : error;
      });
      return Buffer.from(bytes).toString("utf8");
    },
    async discard() {
      await answer.readShort();
    },
    async detach() {
      return response(answer, label, Bytes.of(await answer.readShort()));
    },
  };
}

type FinalResponse = RawResponse & Pick<HttpResponse, "isOfOther">;

async function* explained(answer: RawResponse, label: string): AsyncGenerator<Uint8Array> {
  try {
    yield* answer.body;
  } catch (error) {
    throw httpFailure(label, answer.url, error, answer.signal);
  }
}
