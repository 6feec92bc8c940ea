/** Where a redirect leads, whether we may go there, and what may be sent along. @module */
import type { LixImageError } from "../base/errors.ts";
import {
  isSsrfTarget,
  literalZone,
  narrower,
  REACHABLE_BY_ALL,
  type Zone,
} from "./address-zone.ts";
import { zoneOfServer } from "./lookup.ts";
import type { RawResponse } from "./message.ts";
import { redactUrl } from "../base/redact.ts";
import { lixError } from "../errors/lix-error.ts";

/** One request of a chain of redirects. */
export interface Hop {
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names of the headers that the first request had. */
  readonly given: ReadonlySet<string>;
  /** Addresses beyond it are refused. Undefined: the user has named this one. */
  readonly reach?: Zone | undefined;
}

// X-Meta-…: whatever the user's docker config has for registries.
const isSensitive = (name: string): boolean =>
  ["authorization", "cookie", "proxy-authorization"].includes(name) || name.startsWith("x-meta-");
const WITH_METHOD: ReadonlySet<number> = new Set([307, 308]);
// RFC 9110 15.4.2: a client may make a GET of a POST, which is of no use for an upload.
const MOVED: ReadonlySet<number> = new Set([301, 302]);
const AS_GET: ReadonlySet<number> = new Set([301, 302, 303]);

/** The next request; undefined when the answer is not a redirect, or is one that would change the method. */
export function nextHop(
  hop: Hop,
  answer: Pick<RawResponse, "status" | "headers">,
  request: {
    readonly method: string;
    readonly left: number;
    readonly label: string;
    readonly movesWrites?: boolean | undefined;
  },
): Hop | undefined {
  const location = answer.headers.location;
  const reading = request.method === "GET" || request.method === "HEAD";
  const keepsMethod =
    WITH_METHOD.has(answer.status) || (request.movesWrites === true && MOVED.has(answer.status));
  const redirected = keepsMethod || (reading && AS_GET.has(answer.status));
  if (location === undefined || !redirected) return undefined;
  const refuse = (got: string): LixImageError =>
    lixError("REDIRECT_REFUSED", { label: request.label, got });
  if (request.left === 0) throw refuse("too many redirects");
  const url = URL.parse(location, hop.url.href);
  if (url === null) throw refuse("a Location that is no URL");
  const to = redactUrl(url);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refuse(`a redirect to ${to}`);
  // The body may be secret too when credentials were needed, so this holds for later hops as well.
  const secret = [...hop.given].some(isSensitive);
  if (secret && hop.url.protocol === "https:" && url.protocol === "http:")
    throw refuse(`a redirect from https to ${to}`);
  // Credentials that a server puts into its own Location are not ours to use.
  url.username = "";
  url.password = "";
  // What was dropped is not in the next hop's headers, so coming back does not restore it.
  const headers = url.origin === hop.url.origin ? hop.headers : withoutSecrets(hop.headers);
  return { url, headers, given: hop.given, reach: hop.reach };
}

/**
 * How far a server may lead a request that had this reach so far. Throws when the address stands in the
 * URL and is beyond it; what a name means is checked when it is looked up for the connection.
 */
export async function reachOf(
  to: URL,
  {
    from,
    label,
    reach,
  }: { readonly from: URL; readonly label: string; readonly reach?: Zone | undefined },
): Promise<Zone | undefined> {
  if (to.hostname === from.hostname) return reach;
  const zone = await zoneOfServer(from);
  const next = reach === undefined ? zone : narrower(reach, zone);
  checkReach(to, next, `${label}: ${from.host} leads to`);
  return next;
}

/** @param leads how the message about a refused address begins. */
export function checkReach(to: URL, reach: Zone | undefined, leads: string): void {
  const literal = literalZone(to.hostname);
  if (reach === undefined || literal === undefined || !isSsrfTarget(literal, reach)) return;
  const what =
    literal === "metadata"
      ? "where machines in a cloud get their keys"
      : "an address inside the local network";
  throw lixError("UNSAFE_ADDRESS", {
    message: `${leads} ${redactUrl(to)}, ${what}`,
    hint: REACHABLE_BY_ALL,
  });
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isSensitive(name)));
}
