/** Whether an answer is a registry's own, or a web page that something in front of it has sent. @module */
import { BUSY } from "../base/retry-policy.ts";
import type { HttpResponse } from "../http/request.ts";

/** A web server that is no registry answers in HTML, and its 404 says nothing about an image. */
export function isForeign(response: HttpResponse): boolean {
  const isHtml = /^(text\/html|application\/xhtml)/i.test(response.headers["content-type"] ?? "");
  return isHtml && response.headers["docker-distribution-api-version"] === undefined;
}

export const isSuccess = ({ status }: HttpResponse): boolean => status >= 200 && status < 300;

/** Whether a success is the registry's: that of Quay may be a page, too, but says what it is about. */
export const isBelievable = (response: HttpResponse): boolean =>
  !isForeign(response) || isRegistrys(response);

const SAME_FOR_GET: ReadonlySet<number> = new Set([401, 403, 404]);

/** Whether a refused HEAD is to be asked again as a GET: not every server knows HEAD. */
export const mayTakeGet = ({ status }: HttpResponse): boolean =>
  status === 501 ||
  (status >= 400 && status < 500 && !SAME_FOR_GET.has(status) && !BUSY.has(status));

/**
 * Whether only a registry says this. Its proxies pass such headers on; a web page in their place has none.
 * An upload's address is one too: not every registry names itself (Gitea, Nexus).
 */
function isRegistrys({ status, headers }: HttpResponse): boolean {
  const names = Object.keys(headers);
  return (
    names.some((name) => /^(?:docker-|oci-)/.test(name)) ||
    /^application\/vnd\.(?:oci|docker)\./.test(headers["content-type"] ?? "") ||
    /^bearer\s/i.test(headers["www-authenticate"] ?? "") ||
    (status === 202 && /\/blobs\/uploads\//.test(headers.location ?? ""))
  );
}

/** What registries and few web servers say; enough to go on with, not to believe a page. */
export const speaksAsRegistry = (response: HttpResponse): boolean =>
  isRegistrys(response) ||
  (response.status < 500 && /^application\/json\b/i.test(response.headers["content-type"] ?? ""));
