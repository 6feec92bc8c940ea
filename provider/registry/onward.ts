/**
 * Where a registry may send us: the realm of its token service, the Location of an upload, the store
 * that its blobs are in. All come from the other side, and what we send there are credentials, the
 * user's bytes, or a request from inside the user's network.
 * @module
 */
import { BlockList, isIP } from "node:net";
import { LixImageError } from "../base/errors.ts";
import { isLoopback } from "../base/http-agent.ts";
import { redactUrl } from "../base/redact.ts";

export interface Step {
  /** Where the answer came from that sends us on. */
  readonly from: URL;
  readonly what: "token service" | "upload address" | "next page of tags" | "redirect";
  /** What is asked of whom, for messages. */
  readonly label: string;
}

/** The URL that `text` means there; throws when we must not go to it. */
export function onward(text: string, { from, what, label }: Step): URL {
  const refuse = (reason: string, hint: string): UnsafeAddress =>
    new UnsafeAddress(`${label}: the ${what} that ${from.host} names ${reason}`, { hint });
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
    throw refuse(
      `is plain http: ${shown}`,
      "a proxy in front of the registry must pass on X-Forwarded-Proto: https",
    );
  // As go-containerregistry: a public registry has no business with hosts of our own network.
  if (to.hostname !== from.hostname && isPrivate(to.hostname) && !isPrivate(from.hostname))
    throw refuse(
      `is inside the local network: ${shown}`,
      "the registry must name its servers by host names, or by addresses that its users can reach",
    );
  return to;
}

const IS_IT_ONE = "is this the container registry that you meant?";

/**
 * Proxies that pass on a Host without its port (nginx: $host) make registries forget it. A token
 * service may well be on the same host at the usual port: GitLab's is.
 */
function restorePort(to: URL, from: URL): void {
  if (to.hostname === from.hostname && to.protocol === from.protocol && to.port === "")
    to.port = from.port;
}

// RFC 1918, 3927, 4193, 4291, 6598.
const PRIVATE = new BlockList();
for (const [network, prefix, family] of [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["::", 127, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
] as const)
  PRIVATE.addSubnet(network, prefix, family);

function isPrivate(hostname: string): boolean {
  if (isLoopback(hostname)) return true;
  const address = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(address);
  return family !== 0 && PRIVATE.check(address, family === 4 ? "ipv4" : "ipv6");
}

export class UnsafeAddress extends LixImageError {
  readonly code = "UNSAFE_ADDRESS";
}
