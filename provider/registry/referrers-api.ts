/**
 * The referrers API of a registry, where it has one.
 * @see distribution-spec, "Listing Referrers"
 * @module
 */
import type { HttpResponse } from "../http/request.ts";
import { LixImageError } from "../base/errors.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { ReferrersIndex, type Referrer } from "../formats/oci/referrers-index.ts";
import { isBelievable } from "./believable.ts";
import { nextPage } from "./next-page.ts";
import type { RegistrySession } from "./registry-session.ts";
import { resolveRedirect } from "./resolve-redirect.ts";

const LIST_LIMIT = 4 * 1024 * 1024;
// A registry whose pages never end must not keep us for ever.
const MAX_PAGES = 1000;
const REDIRECTS = 3;
/**
 * The whole registry has moved. A 303 is none of these: by it GHCR, which has no such API, sends its users to a web
 * page that limits the rate of requests.
 */
const MOVED: ReadonlySet<number> = new Set([301, 302, 307, 308]);
const DENIED: ReadonlySet<number> = new Set([401, 403]);

/**
 * Undefined: the registry has no such API. Besides the 404 of the specification, registries say so by 400, 405 or
 * 406, by a redirect to some page, or by a page.
 */
export async function referrersByApi(
  session: RegistrySession,
  subject: Digest,
  signal?: AbortSignal,
): Promise<Referrer[] | undefined> {
  const label = `${session.description}: listing referrers of ${subject}`;
  const found = new Map<string, Referrer>();
  let url = session.url(`referrers/${subject}`);
  for (let asked = 1; asked <= MAX_PAGES; asked += 1) {
    const from = url;
    const request = { headers: { accept: ReferrersIndex.empty.mediaType }, redirects: 0 };
    const response = await session.request(from, { ...request, label, signal });
    const { location } = response.headers;
    if (MOVED.has(response.status) && location !== undefined && asked <= REDIRECTS) {
      await response.discard();
      url = await resolveRedirect(location, { from, what: "redirect", label });
      continue;
    }
    const page = await readPage(session, response, label);
    if (page === undefined) return found.size === 0 ? undefined : [...found.values()];
    const fresh = page.filter(({ digest }) => !found.has(digest));
    for (const referrer of fresh) found.set(referrer.digest, referrer);
    const next = nextPage([response.headers["link"] ?? ""].flat().join(", "));
    // A page without anything new is no progress.
    if (next === undefined || fresh.length === 0) break;
    url = await resolveRedirect(next, { from, what: "next page of referrers", label });
  }
  return [...found.values()];
}

async function readPage(
  session: RegistrySession,
  response: HttpResponse,
  label: string,
): Promise<Referrer[] | undefined> {
  const { status } = response;
  if (DENIED.has(status) || status === 429 || status >= 500)
    throw await session.failure(response, label);
  if (status !== 200 || !isBelievable(response)) {
    await response.discard();
    return undefined;
  }
  try {
    const bytes = Buffer.from(await response.text(LIST_LIMIT));
    return ReferrersIndex.referrers(ReferrersIndex.parse(bytes, label));
  } catch (error) {
    // Some answer every path that they do not know with JSON of their own.
    if (error instanceof LixImageError && error.code === "MALFORMED_DOCUMENT") return undefined;
    throw error;
  }
}
