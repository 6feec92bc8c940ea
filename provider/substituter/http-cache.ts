/** A binary cache by http or https. @module */
import { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { http, HttpTextTooLong } from "../base/http.ts";
import { HttpUnreachable } from "../base/http-unreachable.ts";
import { redactUrl } from "../base/redact.ts";
import { NarGone, UnsafeNarUrl, type CacheFiles } from "./binary-cache.ts";
import { decodeContent } from "./content-encoding.ts";
import { netrcAuthorization } from "./netrc.ts";

export interface HttpCacheOptions {
  /** The first pause before a retry. Default: that of base/http.ts. */
  readonly retryDelayMs?: number | undefined;
}

// A narinfo names each reference in about 50 bytes; the largest closures have thousands.
const TEXT_LIMIT = 4 * 1024 * 1024;
// As Nix does with a cache that failed: a closure of hundreds of paths should not wait for each.
const REST_AFTER_FAILURE_MS = 60_000;

/** `root` is the cache's URL with a trailing slash and without settings. */
export function httpCacheFiles(root: URL, options: HttpCacheOptions = {}): CacheFiles {
  const url = redactUrl(root).replace(/\/$/, "");
  let authorization: Promise<string | undefined> | undefined;
  let resting: { readonly until: number; readonly error: unknown } | undefined;

  /** A user in the URL goes before netrc. @see base/http.ts */
  const credentials = (): Promise<string | undefined> =>
    (authorization ??= root.username === "" ? netrcAuthorization(root.hostname) : userOf(root));

  /** The file; undefined when the server says that there is none. Anything else throws. */
  const fetchFile = async (
    target: URL,
    label: string,
    signal: AbortSignal | undefined,
  ): Promise<Bytes | undefined> => {
    const secret = target.origin === root.origin ? await credentials() : undefined;
    const headers = secret === undefined ? {} : { authorization: secret };
    const { retryDelayMs } = options;
    const response = await http(target, { headers, retryDelayMs, signal, label });
    const { status } = response;
    if (status === 200) return decodeContent(response.body, response.headers["content-encoding"]);
    await response.discard();
    if (status === 404 || status === 410) return undefined;
    if (status !== 401 && status !== 403) throw new CacheFailed(label, status);
    if (secret !== undefined) throw new CacheDenied(label, status);
    // S3 answers 403 for what is not there to those who may not list. Nix takes it for that.
    return undefined;
  };

  return {
    url,
    async text(name, signal) {
      if (resting !== undefined && performance.now() < resting.until) throw resting.error;
      const label = `${url}/${name}`;
      try {
        const body = await fetchFile(new URL(name, root), label, signal);
        return body === undefined ? undefined : await textOf(body, label);
      } catch (error) {
        if (error instanceof HttpUnreachable || (error instanceof CacheFailed && error.overloaded))
          resting = { until: performance.now() + REST_AFTER_FAILURE_MS, error };
        throw error;
      }
    },
    async *nar(narUrl, signal) {
      const target = resolveNarUrl(narUrl, root);
      if (target === undefined) throw new UnsafeNarUrl(url, narUrl);
      const label = redactUrl(target);
      const body = await fetchFile(target, label, signal);
      if (body === undefined) throw new NarGone(url, label);
      yield* body;
    },
  };
}

async function textOf(body: Bytes, label: string): Promise<string> {
  const bytes = await Bytes.collect(body, TEXT_LIMIT).catch((error: unknown) => {
    throw error instanceof RangeError ? new HttpTextTooLong(label, TEXT_LIMIT) : error;
  });
  return Buffer.from(bytes).toString("utf8");
}

/** Absolute, or below the cache's root even with a leading slash, as in Nix. Keeps a query. */
function resolveNarUrl(narUrl: string, root: URL): URL | undefined {
  if (/^https?:\/\//.test(narUrl)) return URL.parse(narUrl) ?? undefined;
  const target = URL.parse(`./${narUrl.replace(/^\/+/, "")}`, root.href);
  return target?.href.startsWith(root.href) === true ? target : undefined;
}

async function userOf({ username, password }: URL): Promise<string> {
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

export class CacheDenied extends LixImageError {
  readonly code = "CACHE_DENIED";
  constructor(label: string, status: number) {
    super(`${label}: the cache answers ${status} to the credentials it was given`, {
      hint: "check the entry for its host in netrc (NETRC, ~/.netrc or /etc/nix/netrc)",
    });
  }
}

export class CacheFailed extends LixImageError {
  readonly code = "CACHE_FAILED";
  /** It may be well again later. */
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
