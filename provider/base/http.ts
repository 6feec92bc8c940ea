/**
 * The one HTTP client: retries, redirects, time limits, proxies. Callers see any status as an
 * answer; only the network's failures are thrown.
 * @module
 */
import type { IncomingHttpHeaders } from "node:http";
import { Bytes } from "./bytes.ts";
import { LixImageError } from "./errors.ts";
import { exchange, type Answer } from "./http-exchange.ts";
import { nextHop, type Hop } from "./http-redirect.ts";
import { isRetryableFailure, isRetryableStatus, pauseBefore } from "./http-retry.ts";
import { httpFailure } from "./http-unreachable.ts";
import { redactUrl } from "./redact.ts";

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
  /** How many redirects to follow. Default: 10 for GET and HEAD, else 0: the 3xx is the answer. */
  readonly redirects?: number | undefined;
  /** What the request is for, for messages; else its method and redacted URL. */
  readonly label?: string | undefined;
}

/** `body`, `text` or `discard`: one of them must be used, once, or a socket is lost. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where the answer came from in the end; may hold secrets, so redact it before showing it. */
  readonly url: string;
  /** Breaking out of it closes the connection; a truncated one throws. */
  readonly body: Bytes;
  /** The body as UTF-8. Default limit: 1 MiB. */
  text(limit?: number): Promise<string>;
  discard(): Promise<void>;
}

const TRIES = 5;
const RETRY_DELAY_MS = 500;
const TEXT_LIMIT = 1024 * 1024;
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE"]);

/** Sends a request, again and elsewhere as needed. Throws HttpUnreachable and its siblings. */
export async function http(url: string | URL, request: HttpRequest = {}): Promise<HttpResponse> {
  const method = request.method ?? "GET";
  const label = request.label ?? `${method} ${redactUrl(url)}`;
  const retry = request.retry ?? IDEMPOTENT.has(method);
  const first = firstHop(url, request);
  for (let tried = 1; ; tried += 1) {
    request.signal?.throwIfAborted();
    const again = retry && tried < TRIES;
    const answer = await follow(first, method, request, label).catch((error: unknown) => {
      if (again && isRetryableFailure(error)) return undefined;
      throw error;
    });
    if (answer !== undefined && !(again && isRetryableStatus(answer.status)))
      return response(answer, label);
    if (answer !== undefined) await answer.discard();
    await pauseBefore(tried, {
      firstMs: request.retryDelayMs ?? RETRY_DELAY_MS,
      retryAfter: answer?.headers["retry-after"],
      signal: request.signal,
    });
  }
}

/** One try, to the end of its redirects. */
async function follow(
  first: Hop,
  method: string,
  request: HttpRequest,
  label: string,
): Promise<Answer> {
  const limit = request.redirects ?? (method === "GET" || method === "HEAD" ? 10 : 0);
  for (let hop = first, left = limit; ; left -= 1) {
    const answer = await exchange({ ...request, ...hop, method }).catch((error: unknown) => {
      throw httpFailure(label, hop.url, error, request.signal);
    });
    if (limit === 0) return answer;
    const next = nextHop(hop, answer, { method, left, label });
    if (next === undefined) return answer;
    await answer.discard();
    hop = next;
  }
}

/** A user and password in the URL become a header, so that redirects drop them like one. */
function firstHop(url: string | URL, request: HttpRequest): Hop {
  const target = new URL(url);
  const headers: Record<string, string> = { "user-agent": "pulumi-lix" };
  for (const [name, value] of Object.entries(request.headers ?? {}))
    headers[name.toLowerCase()] = value;
  if (target.username !== "" || target.password !== "") {
    const pair = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`;
    headers["authorization"] ??= `Basic ${Buffer.from(pair).toString("base64")}`;
    target.username = "";
    target.password = "";
  }
  return { url: target, headers, given: new Set(Object.keys(headers)) };
}

function response(answer: Answer, label: string): HttpResponse {
  const body = explained(answer, label);
  return {
    status: answer.status,
    headers: answer.headers,
    url: answer.url.href,
    body,
    async text(limit = TEXT_LIMIT) {
      const bytes = await Bytes.collect(body, limit).catch((error: unknown) => {
        throw error instanceof RangeError ? new HttpTextTooLong(label, limit) : error;
      });
      return Buffer.from(bytes).toString("utf8");
    },
    discard: () => answer.discard(),
  };
}

async function* explained(answer: Answer, label: string): AsyncGenerator<Uint8Array> {
  try {
    yield* answer.body;
  } catch (error) {
    throw httpFailure(label, answer.url, error, answer.signal);
  }
}

export class HttpTextTooLong extends LixImageError {
  readonly code = "HTTP_TEXT_TOO_LONG";
  constructor(label: string, limit: number) {
    super(`${label}: expected an answer of at most ${limit} bytes; got more`, {
      hint: "is this the server you meant?",
    });
  }
}
