/** Gets a source that no cache has from the tarball that the lock names. @module */
import { createReadStream } from "node:fs";
import type { Bytes } from "../base/bytes.ts";
import { http } from "../http/request.ts";
import { redactUrl } from "../base/redact.ts";
import { isWorthRetrying } from "../base/retry.ts";
import { RETRY } from "../base/retry-policy.ts";
import { lixError } from "../errors/lix-error.ts";
import { passwordAccess } from "./cache-access.ts";
import { narOfTarball } from "./tarball.ts";

export interface TarballRequest {
  /** `http(s)://…` or `file:///…`. */
  readonly url: string;
  /** The size of its NAR, if known: the tarball cannot unpack to much more. */
  readonly narSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The first pause before a retry. Default: that of http/request.ts. */
  readonly retryDelayMs?: number | undefined;
  /** How long one try may take to begin an answer. Default: that of http/request.ts. */
  readonly responseLimitMs?: number | undefined;
  /** How long the download may make no progress. Default: that of http/request.ts. */
  readonly stallLimitMs?: number | undefined;
}

// An archive may hold a file twice, and some have very many very small ones.
const SLACK = 64 * 1024 * 1024;

/** Downloads, unpacks, and gives the NAR, not verified. */
export async function* fetchTarball(request: TarballRequest): AsyncGenerator<Uint8Array> {
  const { url, narSize, signal } = request;
  const label = redactUrl(url);
  const limit = narSize === undefined ? undefined : 2 * narSize + SLACK;
  for (let tried = 1; ; tried += 1) {
    let begun = false;
    try {
      for await (const chunk of narOfTarball(download(request, label), { label, limit, signal })) {
        begun = true;
        yield chunk;
      }
      return;
    } catch (error) {
      if (begun || !isWorthRetrying(RETRY.tarball, error, tried)) throw error;
    }
  }
}

async function* download(request: TarballRequest, label: string): AsyncGenerator<Uint8Array> {
  const url = URL.parse(request.url);
  if (url?.protocol === "file:") {
    yield* fileBytes(url, label);
    return;
  }
  if (url === null || !/^https?:$/.test(url.protocol))
    throw lixError("TARBALL_UNAVAILABLE", {
      label,
      got: "a URL that cannot be downloaded",
    });
  // As for caches: what netrc has for this host, which a redirect to another one does not get.
  const headers = await passwordAccess(url).headers(url);
  const { signal, retryDelayMs, responseLimitMs, stallLimitMs } = request;
  const limits = { retryDelayMs, responseLimitMs, stallLimitMs };
  const response = await http(url, { ...limits, reach: "machine", headers, signal, label });
  if (response.status !== 200) {
    await response.discard();
    throw lixError("TARBALL_UNAVAILABLE", { label, got: `status ${response.status}` });
  }
  yield* response.body;
}

async function* fileBytes(url: URL, label: string): AsyncGenerator<Uint8Array> {
  try {
    const stream: Bytes = createReadStream(url, { highWaterMark: 256 * 1024 });
    yield* stream;
  } catch (error) {
    throw lixError("TARBALL_UNAVAILABLE", {
      label,
      got: error instanceof Error ? error.message : String(error),
    });
  }
}
