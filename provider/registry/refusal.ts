/**
 * Why a registry did not do what it was asked for.
 * @see distribution-spec, "Error Codes"
 * @module
 */
import { LixImageError } from "../base/errors.ts";
import type { HttpResponse } from "../http/request.ts";
import { BUSY } from "../base/retry-policy.ts";
import { retryAfterMs } from "../http/retry-after.ts";
import { redact, redactUrl } from "../base/redact.ts";
import { lixError } from "../errors/lix-error.ts";
import { isForeign } from "./believable.ts";
import { refusalHint } from "./refusal-hint.ts";
import { statedReason } from "./stated-reason.ts";

/** What servers of https say to plain http, Go's and nginx among them. */
const isPlainOnTls = ({ status, url, headers }: HttpResponse): boolean =>
  status === 400 &&
  url.startsWith("http:") &&
  headers["docker-distribution-api-version"] === undefined;

export interface FailureContext {
  /** What was asked for, and where: for messages. */
  readonly label: string;
  /** What to do about a 401 or 403. */
  readonly denialHint: string;
  /** Whether it has answered as a registry before: then a page comes from something in front of it. */
  readonly isKnown: boolean;
}

/** Reads the answer to its end and says what went wrong. */
export async function failure(
  response: HttpResponse,
  { label, denialHint, isKnown }: FailureContext,
): Promise<LixImageError> {
  const { status } = response;
  // Without a body there is only the status.
  const body = await response.text().catch(() => "");
  const reason = statedReason(body, response.headers);
  const isPage = isForeign(response);
  const by = isPage ? pageAuthor(response) : "";
  const got = `HTTP status ${status}${by}${reason.text === "" ? "" : ` (${reason.text})`}`;
  const hint = refusalHint(status, reason);
  if (status === 401 || status === 403) {
    const isInFront = status === 403 && isPage && isKnown;
    const usual = isInFront ? IN_FRONT : denialHint;
    // Everything that we know of was tried.
    return lixError("REGISTRY_DENIED", { label, got, hint: hint ?? usual });
  }
  if (status >= 500 || BUSY.has(status))
    return new RegistryUnavailable(label, got, { response, hint });
  const isOther = isPage || (reason.codes.length === 0 && isPlainOnTls(response));
  const isSuccess = status >= 200 && status < 400;
  // Proxies in front of registries have pages of their own for what is too large.
  if ((isOther || isSuccess) && !isKnown && status !== 413)
    return new NotARegistry(label, got, response.url);
  const usual = isPage ? IN_FRONT : isSuccess ? UNEXPECTED : "the log of the registry may say why";
  return new RegistryRefused(label, got, { status, codes: reason.codes, hint: hint ?? usual });
}

const IN_FRONT =
  "the registry has answered before, and this page is not its own: look at the log of the proxy or firewall in front of it";
const UNEXPECTED =
  "this is no answer of the distribution specification to such a request: does a proxy in front of the registry change it?";

/** nginx, haproxy and clouds' balancers name themselves. */
function pageAuthor({ headers }: HttpResponse): string {
  const { server } = headers;
  return server === undefined
    ? ", in a web page"
    : `, in a web page by ${redact(String(server)).slice(0, 60)}`;
}

const UNAVAILABLE: ReadonlyMap<number, string> = new Map([
  [429, "it limits the rate of requests: wait, or log in"],
  [500, "its log says why: a full disk, or a store behind it that fails; or try again later"],
  [507, "the registry has no room left: ask who runs it to free some"],
]);

/** 429 or 5xx, after all retries: it says nothing about what the registry has. */
export class RegistryUnavailable extends LixImageError {
  readonly code = "REGISTRY_UNAVAILABLE";
  override readonly retryable = "busy";
  readonly status: number;
  /** How long it asks us to wait. */
  readonly retryAfterMs: number | undefined;
  constructor(
    label: string,
    got: string,
    { response, hint }: { readonly response: HttpResponse; readonly hint?: string | undefined },
  ) {
    super(`${label}: the registry is not available: ${got}`, {
      hint: hint ?? UNAVAILABLE.get(response.status) ?? "try again later",
    });
    this.status = response.status;
    this.retryAfterMs = retryAfterMs(response.headers["retry-after"]);
  }
}

/** Any other 4xx: the registry understood the request and refuses it. */
export class RegistryRefused extends LixImageError {
  readonly code = "REGISTRY_REFUSED";
  override readonly retryable: "lost upload" | "lost blob" | undefined;
  readonly status: number;
  /** The distribution-spec codes of the answer: MANIFEST_BLOB_UNKNOWN, UNSUPPORTED, … */
  readonly codes: readonly string[];
  constructor(
    label: string,
    got: string,
    {
      status,
      codes,
      hint,
    }: { readonly status: number; readonly codes: readonly string[]; readonly hint: string },
  ) {
    super(`${label}: refused: ${got}`, { hint });
    this.status = status;
    this.codes = codes;
    this.retryable = codes.some((code) => LOST_UPLOAD.has(code))
      ? "lost upload"
      : codes.some((code) => LOST_BLOB.test(code))
        ? "lost blob"
        : undefined;
  }
}

/**
 * The upload is not what we think it is. RANGE_INVALID: a proxy sent the bytes twice. DIGEST_INVALID: they were
 * damaged on the way, for our own check of them passed.
 */
const LOST_UPLOAD: ReadonlySet<string> = new Set([
  "BLOB_UPLOAD_UNKNOWN",
  "BLOB_UPLOAD_INVALID",
  "RANGE_INVALID",
  "DIGEST_INVALID",
]);
/**
 * It is refused for something that is there, as far as we know: the registry cleaned up since we asked, or one
 * of its replicas has not heard yet of what another one took. MANIFEST_BLOB_UNKNOWN is one of them.
 */
const LOST_BLOB = /BLOB_UNKNOWN$|^MANIFEST_UNKNOWN$/;

export class NotARegistry extends LixImageError {
  readonly code = "NOT_A_REGISTRY";
  override readonly retryable = "page";
  constructor(label: string, got: string, url: string) {
    super(
      `${label}: expected a container registry at ${redactUrl(new URL(url).origin)}; got ${got}`,
      {
        hint: url.startsWith("http:")
          ? "check the host name and port, and whether it speaks https: then leave http:// out"
          : "check the host name and port: this answer comes from some other kind of server",
      },
    );
  }
}
