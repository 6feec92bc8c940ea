/** Small files that `lix-image lock` reads from servers other than caches. @module */
import { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { http, type HttpResponse } from "../http/request.ts";
import { redactUrl } from "../base/redact.ts";
import { lixError } from "../errors/lix-error.ts";
import { decodeContent } from "../compression/content-encoding.ts";

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** The first pause before a retry. Default: that of http/request.ts. */
  readonly retryDelayMs?: number | undefined;
}

/**
 * The User-Agent. Hydra serves garbage to clients that name no contact.
 * @see https://github.com/NixOS/infra, build/hydra-proxy.nix
 */
export const USER_AGENT = "pulumi-lix (+https://www.npmjs.com/package/pulumi-lix)";

const TEXT_LIMIT = 1024 * 1024;

/** Follows redirects. Status 200, or throws {@link ServerRefused}. */
export async function fetchOk(url: URL, options: FetchOptions): Promise<HttpResponse> {
  const response = await http(url, { ...options, headers: { "user-agent": USER_AGENT } });
  if (response.status === 200) return response;
  await response.discard();
  throw new ServerRefused(url, response.status);
}

/** The body, with its Content-Encoding decoded. */
export async function fetchText(url: URL, options: FetchOptions): Promise<string> {
  return textOf(await fetchOk(url, options), url);
}

export async function textOf(response: HttpResponse, url: URL): Promise<string> {
  const body = decodeContent(response.body, response.headers["content-encoding"]);
  const bytes = await Bytes.collect(body, TEXT_LIMIT).catch((error: unknown) => {
    throw error instanceof RangeError
      ? lixError("HTTP_TEXT_TOO_LONG", { label: redactUrl(url), limit: TEXT_LIMIT })
      : error;
  });
  return Buffer.from(bytes).toString("utf8");
}

export class ServerRefused extends LixImageError {
  readonly code = "SERVER_REFUSED";
  readonly status: number;
  constructor(url: URL, status: number) {
    super(`${redactUrl(url)}: expected status 200; got ${status}`, {
      hint:
        status === 429 || status >= 500
          ? "the server is overloaded or broken: try again later"
          : "is the name or URL right?",
    });
    this.status = status;
  }
}
