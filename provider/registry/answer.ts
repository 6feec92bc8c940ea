/**
 * What a registry's answer means when it is not the one we asked for.
 * @see distribution-spec, "Error Codes"
 * @module
 */
import { z } from "zod";
import { LixImageError } from "../base/errors.ts";
import type { HttpResponse } from "../base/http.ts";
import { isRetryableStatus } from "../base/http-retry.ts";
import { redactUrl } from "../base/redact.ts";
import { refusalHint } from "./refusal-hint.ts";

const ErrorBody = z.object({
  errors: z.array(
    z.object({
      code: z.string().catch(""),
      message: z.string().catch(""),
      detail: z.unknown().optional(),
    }),
  ),
});

/** A web server that is no registry answers in HTML, and its 404 says nothing about an image. */
export function isForeign(response: HttpResponse): boolean {
  const isHtml = /^(text\/html|application\/xhtml)/i.test(response.headers["content-type"] ?? "");
  return isHtml && response.headers["docker-distribution-api-version"] === undefined;
}

/** What servers of https say to plain http, Go's and nginx among them. */
const isPlainOnTls = ({ status, url, headers }: HttpResponse): boolean =>
  status === 400 &&
  url.startsWith("http:") &&
  headers["docker-distribution-api-version"] === undefined;

/** The registry's definite "I do not have it". */
export const isMissing = (response: HttpResponse): boolean =>
  response.status === 404 && !isForeign(response);

/** Reads the answer to its end and says what went wrong. `label` says what was asked of whom. */
export async function failure(
  response: HttpResponse,
  label: string,
  denialHint: string,
): Promise<LixImageError> {
  const { status } = response;
  const said = await registryErrors(response);
  const got = `HTTP status ${status}${said.text === "" ? "" : ` (${said.text})`}`;
  if (status === 401 || status === 403) return new RegistryDenied(label, got, denialHint);
  if (status >= 500 || isRetryableStatus(status))
    return new RegistryUnavailable(label, got, response);
  // A proxy that is in front of many a registry, and has a page of its own for this.
  if (status === 413) return new RegistryRefused(label, got, { status, codes: said.codes });
  const isOther = isForeign(response) || (said.codes.length === 0 && isPlainOnTls(response));
  if (isOther || (status >= 200 && status < 400)) return new NotARegistry(label, got, response.url);
  return new RegistryRefused(label, got, { status, codes: said.codes });
}

async function registryErrors(
  response: HttpResponse,
): Promise<{ readonly codes: readonly string[]; readonly text: string }> {
  const none = { codes: [], text: "" };
  let body: string;
  try {
    body = await response.text();
  } catch {
    // The status alone has to do.
    return none;
  }
  try {
    const { errors } = ErrorBody.parse(JSON.parse(body));
    const lines = errors.map(({ code, message, detail }) => {
      // A full disk is an unknown error to distribution, and only the detail names it.
      const more = code === "UNKNOWN" && detail != null ? JSON.stringify(detail) : "";
      return [code, message, more].filter(Boolean).join(": ");
    });
    return { codes: errors.map(({ code }) => code), text: printable(lines.join("; ")) };
  } catch {
    return none;
  }
}

// A registry's words must not move the cursor.
const printable = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f]+/g, " ").slice(0, 300);

/** 401 or 403, after everything we know was tried. */
export class RegistryDenied extends LixImageError {
  readonly code = "REGISTRY_DENIED";
  constructor(label: string, got: string, hint: string) {
    super(`${label}: denied: ${got}`, { hint });
  }
}

const UNAVAILABLE: ReadonlyMap<number, string> = new Map([
  [429, "it limits the rate of requests: wait, or log in"],
  [500, "its log says why: a full disk, or a store behind it that fails; or try again later"],
  [507, "it has no room left"],
]);

/** 429 or 5xx, after all retries: it says nothing about what the registry has. */
export class RegistryUnavailable extends LixImageError {
  readonly code = "REGISTRY_UNAVAILABLE";
  /** How long it asks us to wait. */
  readonly retryAfter: string | undefined;
  constructor(label: string, got: string, { status, headers }: HttpResponse) {
    super(`${label}: the registry is not available: ${got}`, {
      hint: UNAVAILABLE.get(status) ?? "try again later",
    });
    this.retryAfter = headers["retry-after"];
  }
}

/** Any other 4xx: the registry understood and will not. */
export class RegistryRefused extends LixImageError {
  readonly code = "REGISTRY_REFUSED";
  /** The distribution-spec codes of the answer: MANIFEST_BLOB_UNKNOWN, UNSUPPORTED, … */
  readonly codes: readonly string[];
  constructor(
    label: string,
    got: string,
    { status, codes }: { readonly status: number; readonly codes: readonly string[] },
  ) {
    super(`${label}: refused: ${got}`, { hint: refusalHint(status, codes) });
    this.codes = codes;
  }
}

export class NotARegistry extends LixImageError {
  readonly code = "NOT_A_REGISTRY";
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
