/**
 * Where a registry may send us: the realm of its token service, the Location of an upload, the store
 * that its blobs are in. All come from the other side, and what we send there are credentials, the
 * user's bytes, or a request from inside the user's network.
 * @module
 */
import { isSsrfTarget, literalZone } from "../http/address-zone.ts";
import { zoneOfServer } from "../http/lookup.ts";
import type { LixImageError } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";
import { redactUrl } from "../base/redact.ts";

export interface Step {
  /** Where the answer came from that sends us on. */
  readonly from: URL;
  readonly what:
    | "token service"
    | "upload address"
    | "next page of tags"
    | "next page of referrers"
    | "redirect";
  /** What is asked for, and where: for messages. */
  readonly label: string;
}

/** The URL that `text` means there; throws when we must not go to it. */
export async function resolveRedirect(
  text: string,
  { from, what, label }: Step,
  resolve?: (name: string) => Promise<string[]>,
): Promise<URL> {
  const refuse = (reason: string, hint: string): LixImageError =>
    lixError("UNSAFE_ADDRESS", {
      message: `${label}: the ${what} that ${from.host} names ${reason}`,
      hint,
    });
  const to = URL.parse(text, from.href);
  if (to === null) throw refuse("is not a URL", IS_IT_ONE);
  if (what !== "token service") restorePort(to, from);
  const shown = redactUrl(to);
  // Credentials that the other side puts into an address are not ours to use.
  to.username = "";
  to.password = "";
  if (to.protocol !== "https:" && to.protocol !== "http:")
    throw refuse(`is neither http nor https: ${shown}`, IS_IT_ONE);
  // A network in between could otherwise read credentials by changing one header.
  if (from.protocol === "https:" && to.protocol === "http:")
    throw refuse(`is plain http: ${shown}`, what === "redirect" ? NO_REDIRECTS : FORWARDED_PROTO);
  // The rule of http/redirect.ts. Names are checked when they are looked up for the connection.
  const literal = to.hostname === from.hostname ? undefined : literalZone(to.hostname);
  if (literal !== undefined && isSsrfTarget(literal, await zoneOfServer(from, resolve)))
    throw refuse(
      `is inside the local network: ${shown}`,
      `${from.hostname} is not, so it must name its servers by host names, or by addresses that all its users can reach`,
    );
  return to;
}

const IS_IT_ONE = "is this the container registry that you meant?";
const FORWARDED_PROTO = "a proxy in front of the registry must pass on X-Forwarded-Proto: https";
const NO_REDIRECTS =
  "the registry's store must speak https, or the registry send what it stores itself (distribution: storage.redirect.disable)";

/**
 * Proxies that pass on a Host without its port (nginx: $host) make registries forget it. A token
 * service may well be on the same host at the usual port: GitLab's is.
 */
function restorePort(to: URL, from: URL): void {
  if (to.hostname === from.hostname && to.protocol === from.protocol && to.port === "")
    to.port = from.port;
}
