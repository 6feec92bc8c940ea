/** A binary cache by http or https. @module */
import { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { http, type HttpResponse } from "../http/request.ts";
import { HttpUnreachable } from "../http/unreachable.ts";
import { redactUrl } from "../base/redact.ts";
import { mayRetry } from "../base/retry.ts";
import { RETRY, TIME_LIMIT } from "../base/retry-policy.ts";
import { TEXT_LIMIT, type CacheFiles } from "./binary-cache.ts";
import { passwordAccess, type CacheAccess } from "./cache-access.ts";
import type { Pace } from "./late-caches.ts";
import { decodeContent } from "../compression/content-encoding.ts";
import { lixError } from "../errors/lix-error.ts";

/** How long a cache may keep us waiting. */
export interface CacheLimits {
  /** For the beginning of an answer, all tries together. */
  readonly limitMs?: number | undefined;
  /** For the beginning of an answer, in one try. */
  readonly responseLimitMs?: number | undefined;
  /** For a body that makes no progress. */
  readonly stallLimitMs?: number | undefined;
  /** Bytes a second; less is no progress. */
  readonly leastRate?: number | undefined;
}

const PATIENT: CacheLimits = {
  limitMs: TIME_LIMIT.cacheRequest.ms,
  responseLimitMs: TIME_LIMIT.cacheResponse.ms,
  stallLimitMs: TIME_LIMIT.cacheStall.ms,
};
const HURRIED: CacheLimits = {
  limitMs: TIME_LIMIT.hurriedRequest.ms,
  stallLimitMs: TIME_LIMIT.hurriedStall.ms,
  leastRate: 16 * 1024,
};

export interface HttpCacheOptions {
  /** The first pause before a retry. Default: that of http/request.ts. */
  readonly retryDelayMs?: number | undefined;
  /** Default: {@link PATIENT}, or {@link HURRIED} if another cache may have the same NAR. */
  readonly limits?: CacheLimits | undefined;
  /** What the cache is called in messages. Default: its URL, redacted. */
  readonly name?: string | undefined;
  /** The netrc file with its credentials. Default: as the environment says. */
  readonly netrc?: string | undefined;
  /** Default: netrc. */
  readonly access?: CacheAccess | undefined;
}

interface Asking {
  readonly signal: AbortSignal | undefined;
  readonly pace: Pace;
}

/** `root` is the cache's URL with a trailing slash and without settings. */
export function httpCacheFiles(root: URL, options: HttpCacheOptions = {}): CacheFiles {
  const url = (options.name ?? redactUrl(root)).replace(/\/$/, "");
  const access = options.access ?? passwordAccess(root, options.netrc);
  let resting: { readonly until: number; readonly error: unknown } | undefined;

  const ask = async (
    target: URL,
    label: string,
    { signal, pace }: Asking,
  ): Promise<HttpResponse> => {
    const headers = target.origin === root.origin ? await access.headers(target) : undefined;
    const redirects = headers === undefined || access.redirects ? undefined : 0;
    const { retryDelayMs, limits = pace === "hurried" ? HURRIED : PATIENT } = options;
    return http(target, {
      ...limits,
      // A lock names its caches. They may be in our own network, but not at an address where a cloud hands out
      // keys.
      reach: "machine",
      ledBy: target.origin === root.origin ? undefined : root,
      headers,
      redirects,
      retryDelayMs,
      signal,
      label,
    });
  };

  /** The file; undefined when the server says that there is none. Anything else throws. */
  const fetchFile = async (
    target: URL,
    label: string,
    asking: Asking,
  ): Promise<Bytes | undefined> => {
    for (let tried = 1; ; tried += 1) {
      const response = await ask(target, label, asking);
      const { status } = response;
      if (status === 200) return decodeContent(response.body, response.headers["content-encoding"]);
      // To judge it we may have to ask for credentials first, and must not hold a connection then.
      const judgement = await judge(await response.detach(), target, label);
      if (judgement === "missing") return undefined;
      const again = judgement !== undefined && mayRetry(RETRY.login, "expired login", tried);
      if (!again) throw new CacheFailed(label, status);
    }
  };

  const judge = async (
    response: HttpResponse,
    target: URL,
    label: string,
  ): Promise<"missing" | "again" | undefined> => {
    const { status } = response;
    if (status === 404 || status === 410) return "missing";
    if (target.origin === root.origin) return await access.judge(response, label);
    return status === 401 || status === 403 ? "missing" : undefined;
  };

  return {
    url,
    isRemote: true,
    refusal: (name) => access.refusal(`${url}/${name}`),
    async text(name, signal) {
      if (resting !== undefined && performance.now() < resting.until) throw resting.error;
      const label = `${url}/${name}`;
      try {
        const body = await fetchFile(new URL(name, root), label, { signal, pace: "patient" });
        return body === undefined ? undefined : await textOf(body, label);
      } catch (error) {
        if (error instanceof HttpUnreachable || (error instanceof CacheFailed && error.overloaded))
          resting = { until: performance.now() + TIME_LIMIT.cacheRest.ms, error };
        throw error;
      }
    },
    async *nar(narUrl, signal, pace = "patient") {
      const target = resolveNarUrl(narUrl, root);
      if (target === undefined) throw lixError("UNSAFE_NAR_URL", { cache: url, url: narUrl });
      const label = redactUrl(target);
      const body = await fetchFile(target, label, { signal, pace });
      if (body === undefined)
        throw lixError("NAR_GONE", { cache: url, url: label }, { cause: access.refusal(label) });
      yield* body;
    },
  };
}

async function textOf(body: Bytes, label: string): Promise<string> {
  const bytes = await Bytes.collect(body, TEXT_LIMIT).catch((error: unknown) => {
    throw error instanceof RangeError
      ? lixError("HTTP_TEXT_TOO_LONG", { label, limit: TEXT_LIMIT })
      : error;
  });
  return Buffer.from(bytes).toString("utf8");
}

/** Absolute, or below the cache's root even with a leading slash, as in Nix. Keeps a query. */
function resolveNarUrl(narUrl: string, root: URL): URL | undefined {
  if (/^https?:\/\//.test(narUrl)) return URL.parse(narUrl) ?? undefined;
  const target = URL.parse(`./${narUrl.replace(/^\/+/, "")}`, root.href);
  return target?.href.startsWith(root.href) === true ? target : undefined;
}

export class CacheFailed extends LixImageError {
  readonly code = "CACHE_FAILED";
  /** It may work again later. */
  readonly overloaded: boolean;
  constructor(label: string, status: number) {
    const overloaded = status >= 500 || status === 429;
    super(`${label}: expected status 200 or 404; got ${status}`, {
      hint: overloaded
        ? "the cache is overloaded or broken: try again later"
        : "is this the URL of a binary cache?",
    });
    this.overloaded = overloaded;
  }
}
